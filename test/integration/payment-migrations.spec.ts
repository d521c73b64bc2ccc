/** Promise attacked here: a second card that was being tried on the intent of the first is tried with its own. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/payment';
import { testPostgres, type PostgresServer } from '#testing';
import { nextStep } from '../../apps/payment/src/domain/next-step.js';
import { findPayments } from '../../apps/payment/src/persistence/find-payments.js';
import { ParticipantDatabase, type Replica } from './participant-harness.js';

jest.setTimeout(240_000);

const NAME = 'PaymentAnIntentEachCard1764306000306';

describe('payments of before each card had an intent of its own', () => {
  let server: PostgresServer;
  let database: ParticipantDatabase;
  let replica: Replica;
  const all = migrations.map((Migration) => new Migration());
  const at = all.findIndex(({ name }) => name === NAME);
  beforeAll(async () => {
    server = await testPostgres();
    database = await ParticipantDatabase.create(server, async (runner) => {
      for (const migration of all.slice(0, at)) await migration.up(runner);
    });
    replica = await database.replica();
  }, 240_000);
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  const insert = async (status: string, attempt: number): Promise<string> => {
    const orderId = randomUUID();
    await replica.database.query(
      `insert into payment (order_id, saga_id, customer_id, merchant_id, channel, method, currency,
                            amount, wanted, status, intent_id, attempt, revision, charge_to, undo_to)
       values ($1, 's', 'c', 'm', 'web', 'credit_card', 'JPY', 1200, 'captured', $2, 'pi_1', $3, 1,
               '[]', '[]')`,
      [orderId, status, attempt],
    );
    return orderId;
  };

  it('begin anew where a second card is being tried, and stay what they were else', async () => {
    const first = await insert('intended', 1);
    const second = await insert('intended', 2);
    const declined = await insert('declined', 2);
    const runner = replica.dataSource.createQueryRunner();
    for (const way of ['up', 'down', 'up'] as const) await all[at]?.[way](runner);
    await runner.release();
    const ids = [first, second, declined];
    const found = await findPayments(replica.database, ids);
    expect(
      ids.map((id) => found.get(id)).map((one) => one && [nextStep(one), one.intentId]),
    ).toEqual([
      ['resume', 'pi_1'],
      ['open', 'pi_1'],
      ['rest', 'pi_1'],
    ]);
  });
});
