/** Makes the partitions of the next days and drops those past their time, at boot and every hour. */
import type { Clock } from './clock.js';
import type { Database, Tx } from './database.js';
import { asError } from './errors.js';
import type { MessagingLog } from './log.js';
import { planPartitions, type DayPartition, type PartitionedTable } from './partitions.js';

const EVERY_MS = 60 * 60 * 1000;
const RETRY_MS = 60 * 1000;

export interface UpkeepPorts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: MessagingLog;
  /** Done along with it. */
  readonly alsoDo?: () => Promise<void>;
}

export class PartitionUpkeep {
  #cancel: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly tables: readonly PartitionedTable[],
    private readonly ports: UpkeepPorts,
  ) {}

  /** Rejects when it fails now; later failures are logged and repaired by the next run. */
  async start(): Promise<void> {
    await this.run();
    this.#schedule(EVERY_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#running;
  }

  /** All tables once. */
  async run(): Promise<void> {
    for (const table of this.tables) await this.#keep(table);
    await this.ports.alsoDo?.();
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancel = this.ports.clock.after(delayMs, () => {
      this.#running = this.run().then(
        () => this.#schedule(EVERY_MS),
        (error: unknown) => {
          this.ports.log.error({ err: asError(error) }, 'partition upkeep failed, trying again');
          this.#schedule(RETRY_MS);
        },
      );
    });
  }

  async #keep(spec: PartitionedTable): Promise<void> {
    const { database, log } = this.ports;
    const plan = await database.transaction(async (tx) => {
      await lock(tx, spec.table);
      const planned = planPartitions(spec, await partitionsOf(tx, spec.table), await today(tx));
      for (const partition of planned.create) await create(tx, spec, partition);
      return planned;
    });
    if (plan.create.length > 0) {
      log.debug({ partitions: plan.create.map(({ name }) => name) }, 'partitions made');
    }
    for (const partition of plan.drop) {
      try {
        const dropped = await database.transaction((tx) => drop(tx, spec, partition));
        if (dropped) log.info({ partition: partition.name }, 'partition dropped');
      } catch (error) {
        // It can wait: a service that boots must not fail for it.
        log.warn({ err: asError(error), partition: partition.name }, 'partition not dropped');
      }
    }
  }
}

/** Replicas do this one after the other. */
const lock = (tx: Tx, table: string): Promise<unknown> =>
  tx.query(`select pg_advisory_xact_lock(hashtext('partitions'), hashtext($1))`, [table]);

const today = async (tx: Tx): Promise<string> => {
  const [row] = await tx.query<{ today: string }>('select current_date::text as today');
  return (row as { today: string }).today;
};

async function partitionsOf(tx: Tx, table: string): Promise<string[]> {
  const rows = await tx.query<{ name: string }>(
    `select child.relname as name from pg_inherits
       join pg_class as child on child.oid = inhrelid
     where inhparent = $1::regclass`,
    [table],
  );
  return rows.map(({ name }) => name);
}

/**
 * Attached rather than created as a partition, which would lock out everybody who uses the table.
 * Identity columns belong to the parent alone.
 */
async function create(tx: Tx, { table }: PartitionedTable, part: DayPartition): Promise<void> {
  const { name, from, to } = part;
  await tx.query(
    `create table ${quoted(name)} (like ${quoted(table)} including all excluding identity)`,
  );
  await tx.query(
    `alter table ${quoted(table)} attach partition ${quoted(name)}
       for values from ('${from}') to ('${to}')`,
  );
}

/** Dropping needs the whole table for a moment; where it is busy, that is left for the next run. */
async function drop(tx: Tx, spec: PartitionedTable, partition: DayPartition): Promise<boolean> {
  await lock(tx, spec.table);
  if (!(await partitionsOf(tx, spec.table)).includes(partition.name)) return false;
  if (spec.droppable !== undefined && !(await spec.droppable(tx, partition))) return false;
  await tx.query(`set local lock_timeout = '3s'`);
  await tx.query(`drop table ${quoted(partition.name)}`);
  return true;
}

const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;
