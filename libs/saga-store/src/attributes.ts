/** What sagas are found by in the words of their business: written when they begin, hardly ever again. */
import type { Database, Tx } from '#messaging';
import type { SagaAttributes, SagaInstance } from '#saga';

interface Described {
  readonly instance: SagaInstance;
  readonly before?: SagaInstance;
  readonly attributes?: SagaAttributes;
}

const PUT = `
  insert into saga_attribute (saga_id, name, text, number)
  select saga_id, name, text, number
    from unnest($1::uuid[], $2::text[], $3::text[], $4::numeric[]) as n (saga_id, name, text, number)
  on conflict (saga_id, name) do update set text = excluded.text, number = excluded.number`;

/** One statement a batch; none where no saga has begun. */
export const putAttributes = async (tx: Tx, changes: readonly Described[]): Promise<void> => {
  const rows = changes.flatMap(({ instance, attributes = {} }) =>
    Object.entries(attributes).map(([name, value]) => ({ id: instance.id, name, value })),
  );
  if (rows.length === 0) return;
  await tx.query(PUT, [
    rows.map(({ id }) => id),
    rows.map(({ name }) => name),
    rows.map(({ value }) => (typeof value === 'string' ? value : null)),
    rows.map(({ value }) => (typeof value === 'number' ? value : null)),
  ]);
};

const DROP = `
  delete from saga_attribute a
   using unnest($1::uuid[], $2::text[]) as n (saga_id, names)
   where a.saga_id = n.saga_id and a.name <> all (string_to_array(n.names, chr(31)))`;

/** Of those whose input has changed so that they no longer have all that they had. */
export const dropAttributes = async (tx: Tx, changes: readonly Described[]): Promise<void> => {
  const known = changes.flatMap(({ instance, before, attributes }) =>
    attributes && before && before.input !== null
      ? [{ id: instance.id, names: Object.keys(attributes).join('\u001f') }]
      : [],
  );
  if (known.length === 0) return;
  await tx.query(DROP, [known.map(({ id }) => id), known.map(({ names }) => names)]);
};

/** By the saga's id; none of one that has none. */
export const readAttributes = async (
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, SagaAttributes>> => {
  const rows = await database.query<{
    saga_id: string;
    name: string;
    text: string | null;
    number: string | null;
  }>(
    `select saga_id, name, text, number from saga_attribute
      where saga_id = any ($1::uuid[]) order by saga_id, name`,
    [ids],
  );
  const found = new Map<string, Record<string, string | number>>();
  for (const { saga_id: id, name, text, number } of rows) {
    const attributes = found.get(id) ?? {};
    attributes[name] = text ?? Number(number);
    found.set(id, attributes);
  }
  return found;
};
