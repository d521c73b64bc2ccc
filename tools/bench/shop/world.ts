/** The shop, started for a measurement: everything that an order passes, with fsync on. */
import { apps, ORDERS_WAY, TestWorld, type ReaderName, type TestWorldOptions } from '#testing';
import { PARTS, type Part } from '../../demo/arguments.js';
import { Shop } from '../../demo/shop.js';

const AS_IN_PRODUCTION = { NODE_ENV: 'production', LOG_LEVEL: 'warn' };

export interface ShopWorld {
  readonly world: TestWorld;
  readonly shop: Shop;
}

/**
 * Stops with the block that holds it.
 * @param beside what runs besides all that an order passes
 */
export async function startShop(
  env: NonNullable<TestWorldOptions['env']> = {},
  beside: readonly ReaderName[] = [],
): Promise<ShopWorld & AsyncDisposable> {
  const settings = apps.map(({ name }) => [name, { ...AS_IN_PRODUCTION, ...env[name] }] as const);
  const world = await TestWorld.start({
    ...{ kafka: 'own', postgres: 'durable', readersStandBack: true },
    apps: [...ORDERS_WAY, ...beside],
    env: Object.fromEntries(settings),
  });
  const urls = Object.fromEntries(PARTS.map((part) => [part, world.url(part)])) as Record<
    Part,
    string
  >;
  const readerKey = await world.adminKey('reader');
  const shop = new Shop({ orders: 0, concurrency: 16, patienceMs: 0, readerKey, urls });
  return { world, shop, [Symbol.asyncDispose]: () => world.stop() };
}
