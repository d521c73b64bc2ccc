/** Temporal: its server beside this process, which is the worker and asks for the workflows. */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Effects } from '../effects.ts';
import { serve, type Contender, type Surroundings } from '../serve.ts';
import { versionOf } from '../version-of.ts';
import { activitiesOf } from './activities.ts';
import { startServer } from './server.ts';
import { placeOrder, placeOrderLocally } from './workflows.ts';

const CONNECTIONS = 10;
const TASK_QUEUE = 'orders';
const NAMESPACE = 'default';

async function start({ databaseUrl, directory, variant }: Surroundings): Promise<Contender> {
  const programs = process.env['BENCH_TEMPORAL'] ?? '';
  const effects = await Effects.open(databaseUrl, CONNECTIONS);
  const { address, child } = await startServer(programs, databaseUrl, directory);
  try {
    Runtime.install({
      logger: new DefaultLogger('WARN', ({ message, meta }) => console.error(message, meta ?? '')),
      // Signals are for whoever stops all of this contender, in its order.
      shutdownSignals: [],
    });
    let connection: NativeConnection | undefined;
    await child.ready(async () => (connection ??= await NativeConnection.connect({ address })));
    if (connection === undefined) throw new Error('There is no connection.');
    await makeNamespace(connection);
    const client = new Client({ connection, namespace: NAMESPACE });
    await child.ready(() => client.workflow.count());

    const worker = await Worker.create({
      connection,
      namespace: NAMESPACE,
      taskQueue: TASK_QUEUE,
      workflowsPath: fileURLToPath(new URL('workflows.ts', import.meta.url)),
      activities: activitiesOf(effects),
    });
    // Orders do not end any more then, which the harness sees.
    const working = worker.run().catch((error: unknown) => console.error(error));
    const workflow = variant === 'local-activities' ? placeOrderLocally : placeOrder;
    return {
      notes: [
        `Temporal server ${basename(programs).replace('temporal-', '')}`,
        `its SDK ${versionOf('@temporalio/worker')}`,
      ],
      runSaga: (saga) =>
        client.workflow.execute(workflow, {
          taskQueue: TASK_QUEUE,
          workflowId: saga.id,
          args: [saga],
          // Its worker is in this process: the first task comes with the answer.
          requestEagerStart: true,
        }),
      audit: () => effects.audit(),
      async stop() {
        if (worker.getState() === 'RUNNING') worker.shutdown();
        await working;
        await connection?.close();
        await child.stop();
        await effects.close();
      },
    };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/** A new server has none; it may take a while until it knows this one everywhere. */
async function makeNamespace(connection: NativeConnection): Promise<void> {
  await connection.workflowService.registerNamespace({
    namespace: NAMESPACE,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
}

await serve(start);
