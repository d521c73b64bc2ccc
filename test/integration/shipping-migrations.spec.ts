/** Promise attacked here: parcels of before stay what they were, and what was under way goes on. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/shipping';
import { testPostgres, type PostgresServer } from '#testing';
import { findShipments } from '../../apps/shipping/src/persistence/find-shipments.js';
import { nextStep } from '../../apps/shipping/src/domain/next-step.js';
import { ParticipantDatabase, type Replica } from './participant-harness.js';

jest.setTimeout(240_000);

describe('shipments of before parcels were followed', () => {
  let server: PostgresServer;
  let database: ParticipantDatabase;
  let replica: Replica;
  const [first, second, ...later] = migrations.map((Migration) => new Migration());
  beforeAll(async () => {
    server = await testPostgres();
    database = await ParticipantDatabase.create(server, async (runner) => {
      await first?.up(runner);
      await second?.up(runner);
    });
    replica = await database.replica();
  }, 240_000);
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  const insert = async (status: string, number: string | null = null): Promise<string> => {
    const orderId = randomUUID();
    await replica.database.query(
      `insert into shipment (order_id, saga_id, merchant_id, items, shipping_address, status,
                             shipment_id, tracking_number, revision, ship_to)
       values ($1, 's', 'm', '[]', '{}', $2, $3, $3, 1, '[]')`,
      [orderId, status, number],
    );
    return orderId;
  };
  const migrate = async (way: 'up' | 'down'): Promise<void> => {
    const runner = replica.dataSource.createQueryRunner();
    for (const migration of later) await migration[way](runner);
    await runner.release();
  };

  it('stay booked; those under way go the whole way, and so do those that an old process takes', async () => {
    const created = await insert('created', 'n-1');
    const requested = await insert('requested');
    const refused = await insert('refused');
    await migrate('up');
    const fresh = await insert('requested');
    const ids = [created, requested, refused, fresh];
    const found = await findShipments(replica.database, ids);
    expect(ids.map((id) => found.get(id)).map((one) => one && [one.wanted, nextStep(one)])).toEqual(
      [
        ['booked', 'rest'],
        ['handed-over', 'book'],
        ['booked', 'rest'],
        ['handed-over', 'book'],
      ],
    );
    expect(found.get(created)).toMatchObject({ bookedAt: null, cancelReason: null, bookTo: [] });
  });

  it('can be taken back, and on again', async () => {
    await migrate('down');
    await migrate('up');
    const rows = await replica.database.query(
      "select 1 from effect_task where worker = 'tracking'",
    );
    expect(rows).toHaveLength(1);
  });
});
