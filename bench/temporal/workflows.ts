/** The order saga on Temporal, in two ways. This file runs within the workflow's sandbox. */
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Outcome, Saga } from '../load.ts';
import type { Activities } from './activities.ts';

const activities = proxyActivities<Activities>({ startToCloseTimeout: '1 minute' });
const localActivities = proxyLocalActivities<Activities>({ startToCloseTimeout: '1 minute' });

/** Each step is handed out by the server. */
export const placeOrder = (saga: Saga): Promise<Outcome> => run(saga, activities);

/** Each step runs within the workflow task, which tells the server of all of them at its end. */
export const placeOrderLocally = (saga: Saga): Promise<Outcome> => run(saga, localActivities);

async function run({ id, declined }: Saga, steps: Activities): Promise<Outcome> {
  await steps.reserve(id);
  if (!(await steps.charge(id, declined))) {
    await steps.release(id);
    return 'compensated';
  }
  await steps.ship(id);
  await steps.notify(id);
  return 'completed';
}
