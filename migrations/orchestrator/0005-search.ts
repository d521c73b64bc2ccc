import type { MigrationInterface, QueryRunner } from 'typeorm';

/** As libs/saga-store/src/stored-body.ts reads it, both forms. */
type Step = readonly [state: string, attempts: number] | WholeStep;
interface WholeStep {
  readonly state: string;
  readonly command?: { readonly attempts: number; readonly error?: Reason };
  readonly undo?: { readonly error?: Reason };
  readonly refusal?: { readonly reason: Reason };
}
interface Reason {
  readonly code: string;
}
interface Rest {
  readonly cause?: Reason;
  readonly attention?: Reason;
  readonly alsoAttention?: readonly Reason[];
  readonly held?: Reason;
}
type Steps = Readonly<Record<string, Step>>;
type Body =
  | readonly [form: 2, steps: Steps, ledger: object, rest?: Rest | null]
  | (Rest & { readonly steps: Steps });

interface Row {
  readonly id: string;
  readonly body: Body;
}

const ROWS = 1_000;

/** By definition: the attribute's name, and where in the input it lies. */
const ATTRIBUTES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'place-order': { customer: 'customerId', merchant: 'merchantId', channel: 'channel' },
  'return-order': { order: 'orderId', merchant: 'merchantId' },
  'refund-lost-parcel': { order: 'orderId', merchant: 'merchantId' },
  withdraw: { merchant: 'merchantId' },
};
const AMOUNTS: Readonly<Record<string, string>> = {
  'place-order': 'totalAmount',
  'return-order': 'refundAmount',
  'refund-lost-parcel': 'refundAmount',
  withdraw: 'amount',
};

/**
 * What sagas are searched for by. An index on what changes with each message would end updates within
 * a page, so that of the instances themselves only what is out of the ordinary is indexed (`signs`, null
 * for nearly all), and what never changes. What a saga is about in its business lies beside it.
 *
 * What is there is made known as well: signs from the documents, in the process because `jsonb` refuses
 * what `json` takes as text, and attributes of the definitions of this moment.
 */
export class Search1764288000005 implements MigrationInterface {
  readonly name = 'Search1764288000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table saga_instance add column signs text[]');
    await runner.query(`
      create table saga_attribute (
        saga_id       uuid not null,
        name          text not null,
        text          text,
        number        numeric,
        constraint saga_attribute_once primary key (saga_id, name),
        constraint saga_attribute_value check (num_nonnulls(text, number) = 1)
      )`);
    await addSigns(runner);
    await addAttributes(runner);
    await runner.query(
      'create index saga_instance_signs on saga_instance using gin (signs) where signs is not null',
    );
    // Signs that many have are walked through, the newest saga first.
    await runner.query(
      'create index saga_instance_signed on saga_instance (id) where signs is not null',
    );
    await runner.query(
      'create index saga_instance_by_definition on saga_instance (definition, version, id)',
    );
    await runner.query(
      'create index saga_attribute_text on saga_attribute (name, text, saga_id) where text is not null',
    );
    await runner.query(
      `create index saga_attribute_number on saga_attribute (name, number, saga_id)
        where number is not null`,
    );
    await runner.query('analyze saga_instance, saga_attribute');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table saga_attribute');
    await runner.query('drop index saga_instance_by_definition');
    // and the indexes on it
    await runner.query('alter table saga_instance drop column signs');
  }
}

/** Sagas that went their way have none of these words in their documents; the others are read. */
const ODD =
  '"(pending|refused|in-doubt|undoing|undone|skipped|code)"|"attempts":|\\["sent",(?!1[],])';

async function addSigns(runner: QueryRunner): Promise<void> {
  for (let after: string | undefined, done = false; !done;) {
    const rows = (await runner.query(
      `select id, body from saga_instance
        where ($1::uuid is null or id > $1) and body::text ~ $2
        order by id limit ${ROWS}`,
      [after ?? null, ODD],
    )) as Row[];
    const signed = rows.flatMap(({ id, body }) => {
      const signs = signsOf(body);
      return signs.length > 0 ? [{ id, signs: signs.join('\u001f') }] : [];
    });
    await runner.query(
      `update saga_instance i set signs = string_to_array(n.signs, chr(31))
         from unnest($1::uuid[], $2::text[]) as n (id, signs) where i.id = n.id`,
      [signed.map(({ id }) => id), signed.map(({ signs }) => signs)],
    );
    after = rows.at(-1)?.id;
    done = rows.length < ROWS;
  }
}

function signsOf(body: Body): readonly string[] {
  const [steps, rest] = 'steps' in body ? [body.steps, body] : [body[1], body[3] ?? {}];
  const signs = new Set<string>();
  for (const [name, step] of Object.entries(steps)) {
    const { state, command, undo, refusal } = wholeStep(step);
    const resent = state === 'sent' && (command?.attempts ?? 0) > 1;
    const sign = resent ? 'resent' : state;
    if (resent || !['waiting', 'sent', 'done'].includes(state)) {
      signs.add(`${name}=${sign}`).add(`*=${sign}`);
    }
    for (const error of [refusal?.reason, command?.error, undo?.error]) {
      if (error) signs.add(errorSign(error));
    }
  }
  for (const error of [rest.cause, rest.attention, ...(rest.alsoAttention ?? [])]) {
    if (error) signs.add(errorSign(error));
  }
  if (rest.held) signs.add('held');
  return [...signs];
}

function wholeStep(step: Step): WholeStep {
  if (!isShort(step)) return step;
  const [state, attempts] = step;
  return { state, command: { attempts } };
}

const isShort = (step: Step): step is Extract<Step, readonly unknown[]> => Array.isArray(step);

const errorSign = ({ code }: Reason): string => searchText(`error:${code}`);

// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/g;

const searchText = (text: string): string =>
  text.toWellFormed().replaceAll(CONTROL_CHARACTERS, '\ufffd').slice(0, 200).toWellFormed();

async function addAttributes(runner: QueryRunner): Promise<void> {
  for (const [definition, attributes] of Object.entries(ATTRIBUTES)) {
    await runner.query(
      `insert into saga_attribute (saga_id, name, text)
       select i.id, a.name, left(regexp_replace(i.input ->> a.field, '[\\x01-\\x1f\\x7f]', '\ufffd', 'g'), 200)
         from saga_instance i cross join unnest($2::text[], $3::text[]) as a (name, field)
        where i.definition = $1 and coalesce(i.input ->> a.field, '') <> ''`,
      [definition, Object.keys(attributes), Object.values(attributes)],
    );
  }
  for (const [definition, field] of Object.entries(AMOUNTS)) {
    await runner.query(
      `insert into saga_attribute (saga_id, name, number)
       select id, 'amount.' || (input ->> 'currency'), (input ->> $2)::numeric
         from saga_instance
        where definition = $1 and jsonb_typeof(input -> $2) = 'number' and input ? 'currency'`,
      [definition, field],
    );
  }
}
