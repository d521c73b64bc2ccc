/** DBOS Transact: the workflow and its steps run in this process, its state is in Postgres. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { Effects } from '../effects.ts';
import type { Outcome, Saga } from '../load.ts';
import { serve, type Contender, type Surroundings } from '../serve.ts';
import { versionOf } from '../version-of.ts';

const CONNECTIONS = 10;

async function start({ databaseUrl }: Surroundings): Promise<Contender> {
  const effects = await Effects.open(databaseUrl, CONNECTIONS);
  const step = (saga: Saga, name: 'reserve' | 'ship' | 'notify' | 'release') =>
    DBOS.runStep(() => effects.write(saga.id, name), { name });

  /** Answers whether the card was charged: a decline is an answer, not a fault to be retried. */
  const charge = (saga: Saga) =>
    DBOS.runStep(
      async () => {
        if (saga.declined) return false;
        await effects.write(saga.id, 'charge');
        return true;
      },
      { name: 'charge' },
    );

  const placeOrder = DBOS.registerWorkflow(
    async (saga: Saga): Promise<Outcome> => {
      await step(saga, 'reserve');
      if (!(await charge(saga))) {
        await step(saga, 'release');
        return 'compensated';
      }
      await step(saga, 'ship');
      await step(saga, 'notify');
      return 'completed';
    },
    { name: 'placeOrder' },
  );

  const systemDatabase = new URL(databaseUrl);
  systemDatabase.pathname = '/dbos_system';
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: systemDatabase.href,
    systemDatabasePoolSize: CONNECTIONS,
    logLevel: 'warn',
  });
  await DBOS.launch();
  return {
    notes: [`DBOS Transact ${versionOf('@dbos-inc/dbos-sdk')}`],
    runSaga: (saga) => DBOS.withNextWorkflowID(saga.id, () => placeOrder(saga)),
    audit: () => effects.audit(),
    async stop() {
      await DBOS.shutdown();
      await effects.close();
    },
  };
}

await serve(start);
