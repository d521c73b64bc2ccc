import type { MigrationInterface, QueryRunner } from 'typeorm';

/** As libs/saga-store/src/stored-body.ts had it when this was written. */
type Short = readonly [
  form: 2,
  steps: Record<string, object | readonly unknown[]>,
  ledger: Record<string, object | readonly unknown[]>,
  rest?: object,
];

interface Row {
  readonly id: string;
  readonly created_at_ms: number;
  readonly body: Short;
}

const ROWS = 1_000;

/**
 * Documents are written in a shorter form (libs/saga-store/src/stored-body.ts); those there are stay as
 * they are and are read for ever. Rows are a third as long, and in a batch all of a page are written at
 * once, so that a page needs room for all of them twice for the new ones to stay in it.
 */
export class ShortBodies1764201600004 implements MigrationInterface {
  readonly name = 'ShortBodies1764201600004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table saga_instance set (fillfactor = 40)');
  }

  /**
   * The version before reads nothing but whole documents. They are put together here: what `json` takes
   * as text, half a character say, `jsonb` and its functions refuse.
   */
  async down(runner: QueryRunner): Promise<void> {
    for (let after: string | undefined, done = false; !done;) {
      const rows = (await runner.query(
        `select id, (extract(epoch from created_at) * 1000)::float8 as created_at_ms, body
           from saga_instance
          where ($1::uuid is null or id > $1) and json_typeof(body) = 'array'
          order by id limit ${ROWS}`,
        [after ?? null],
      )) as Row[];
      await runner.query(
        `update saga_instance i set body = n.body::json
           from unnest($1::uuid[], $2::text[]) as n (id, body) where i.id = n.id`,
        [rows.map(({ id }) => id), rows.map((row) => JSON.stringify(whole(row)))],
      );
      after = rows.at(-1)?.id;
      done = rows.length < ROWS;
    }
    await runner.query('alter table saga_instance set (fillfactor = 60)');
  }
}

function whole({ id, created_at_ms: createdAtMs, body: [, steps, ledger, rest] }: Row): object {
  const createdAt = Math.round(createdAtMs);
  return {
    steps: each(steps, (step, name) => wholeStep(step, name, id, createdAt)),
    ledger: each(ledger, ([kind, unit, taken, returned, revision, step], effect) => ({
      ...{ id: effect, kind, unit, taken, returned, revision, step },
    })),
    ...rest,
  };
}

function wholeStep(step: readonly unknown[], name: string, id: string, createdAt: number): object {
  const [state, attempts, sent, due, finished, result] = step;
  const sentAt = createdAt + Number(sent);
  return {
    state,
    command: {
      commandId: `${id}:${name}`,
      issuedOn: new Date(sentAt).toISOString().slice(0, 10),
      attempts,
      sentAt,
      ...(typeof due === 'number' && { dueAt: sentAt + due }),
    },
    ...(result !== undefined && result !== null && { result }),
    ...(typeof finished === 'number' && { finishedAt: createdAt + finished }),
  };
}

/** Those that are kept as they are, objects, stay so. */
const each = (
  record: Readonly<Record<string, object | readonly unknown[]>>,
  change: (short: readonly unknown[], name: string) => object,
): object =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      Array.isArray(value) ? change(value as readonly unknown[], name) : value,
    ]),
  );
