/**
 * What the steps of the peers do: one row each, which can be written once only. The product's own
 * participants have tables of their own for it.
 */
import pg from 'pg';
import type { AuditResult, EffectGroup, Step } from './contract.ts';

const TABLE = `
  create table effects (
    saga_id text not null,
    step text not null,
    runs integer not null default 1,
    happened_at timestamptz not null default now(),
    primary key (saga_id, step)
  )`;

/** The write of a step. A second one changes nothing but a count, which the audit tells. */
export const WRITE_EFFECT = {
  name: 'write-effect',
  text: `insert into effects (saga_id, step) values ($1, $2)
         on conflict (saga_id, step) do update set runs = effects.runs + 1`,
};

const AUDIT = `
  select saga_id like '%-declined' as declined, steps, count(*)::int as sagas,
         sum(repeated)::int as repeated
    from (select saga_id, array_agg(step order by step) as steps, sum(runs - 1) as repeated
            from effects group by saga_id) as by_saga
   group by 1, 2`;

export class Effects {
  readonly pool: pg.Pool;

  private constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  /** Makes the table, and a pool of so many connections. */
  static async open(databaseUrl: string, connections: number): Promise<Effects> {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: connections });
    pool.on('error', (error) => console.error(error));
    await pool.query(TABLE);
    return new Effects(pool);
  }

  async write(sagaId: string, step: Step): Promise<void> {
    await this.pool.query({ ...WRITE_EFFECT, values: [sagaId, step] });
  }

  async audit(): Promise<AuditResult> {
    const { rows } = await this.pool.query<EffectGroup & { repeated: number }>(AUDIT);
    return {
      groups: rows.map(({ declined, steps, sagas }) => ({ declined, steps, sagas })),
      // The key does not let it happen.
      twice: 0,
      repeated: rows.reduce((sum, { repeated }) => sum + repeated, 0),
    };
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
