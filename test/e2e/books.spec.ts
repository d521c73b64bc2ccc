/**
 * Promises attacked here: whatever happens to those who read what happened, killed in the midst, off
 * for the whole time, told everything again, rebuilt, all books agree to the minor unit.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { apps, TestWorld, waitFor, type AppName } from '#testing';
import { ALL_PARTS, type Part } from '../../tools/demo/arguments.js';
import { runDemo, type DemoResult } from '../../tools/demo/run.js';
import { call, get } from '../support/http.js';

jest.setTimeout(600_000);

const ORDERS = 90;
const KILLED = ['accounting', 'settlement', 'audit', 'withdrawal'] as const;
const REBUILT = ['analytics', 'accounting'] as const;
const TOLD_AGAIN = ['analytics', 'accounting', 'settlement'] as const;
const LATE: AppName = 'analytics';

describe('the books of a shop', () => {
  let world: TestWorld;
  let demo: DemoResult;

  beforeAll(async () => {
    world = await TestWorld.start({
      apps: apps.map(({ name }) => name).filter((name) => name !== LATE),
      env: {
        order: { ORDER_CHECKS: 'on', MERCHANT_CHECKS: 'on', ORDER_API_KEYS: 'required' },
        'sandbox-carrier': { DELIVERED_AFTER_MS: '200', RETURN_TRANSIT_MS: '200' },
        settlement: { HOLDING_PERIOD_MS: '1' },
      },
    });
  }, 300_000);
  afterAll(() => world?.stop(), 300_000);

  it('agree, though each reader was killed and one was not there at all', async () => {
    await allWell(world);
    const said: string[] = [];
    const harm: Promise<void>[] = [];
    const urls = ALL_PARTS.map((part) => [part, world.url(part)] as const);
    const options = {
      ...{ orders: ORDERS, concurrency: 16, patienceMs: 90_000 },
      readerKey: await world.adminKey('reader'),
      urls: Object.fromEntries(urls) as Record<Part, string>,
    };
    const demoing = runDemo(options, (text) => {
      said.push(text);
      if (text.startsWith('The goods are')) harm.push(killInTurn(world));
      if (text.startsWith('Then ')) harm.push(startLate(world));
    });
    try {
      demo = await demoing;
    } catch (error) {
      throw new Error(said.join('\n'), { cause: error });
    } finally {
      // Also of a demo that failed: nobody is started in a world that has ended.
      await Promise.all(harm);
    }
    expect(harm).toHaveLength(2);
    expect(said.join('\n')).toMatch(/Then [1-9]\d* parcels came back and [1-9]\d* payments/);
    expect({ addsUp: demo.addsUp, said: demo.addsUp ? '' : said.join('\n') }).toMatchObject({
      addsUp: true,
    });
  });

  it('do not change when all is told again, twice', async () => {
    for (let time = 0; time < 2; time += 1) {
      const replays = await Promise.all(TOLD_AGAIN.map((group) => tellAgain(world, group)));
      expect(replays.every((events) => events > 0)).toBe(true);
    }
    expect(await demo.compareAgain()).toEqual([]);
  });

  it.each(REBUILT)(
    'are the same when they are rebuilt from all that happened: %s',
    async (name) => {
      const compared = await rebuild(world, name, false);
      expect(compared).toMatchObject({ status: 'done', identical: true, swapped: false });
      const swapped = await rebuild(world, name, true);
      expect(swapped).toMatchObject({ status: 'done', identical: true, swapped: true });
      expect(swapped.rebuiltHash).toBe(compared.liveHash);
      expect(await demo.compareAgain()).toEqual([]);
    },
  );
});

async function allWell(world: TestWorld): Promise<void> {
  const there = apps.filter(({ name }) => name !== LATE);
  await waitFor(
    async () => {
      const answers = await Promise.all(there.map(({ name }) => call(`${world.url(name)}/health`)));
      return answers.every(({ status }) => status === 200);
    },
    { what: 'all services to be well', timeoutMs: 200_000 },
  );
}

/** While the orders are placed, one after the other; each comes back before the next one's turn. */
async function killInTurn(world: TestWorld): Promise<void> {
  for (const name of KILLED) {
    const victim = world.app(name);
    victim.kill('SIGKILL');
    await victim.exited;
    await world.startApp(name);
  }
}

async function startLate(world: TestWorld): Promise<void> {
  await world.startApp(LATE);
}

interface Replay {
  readonly replayId: string;
  readonly status: string;
  readonly sent: number;
}

async function tellAgain(world: TestWorld, group: (typeof TOLD_AGAIN)[number]): Promise<number> {
  const url = `${world.url('audit')}/replays`;
  const json = { to: { group }, ratePerSecond: 5_000 };
  const { status, body } = await call<Replay>(url, { method: 'POST', json });
  if (status !== 202) throw new Error(`POST ${url} answered ${status}: ${JSON.stringify(body)}`);
  const done = await waitFor(
    async () => {
      const replay = await get<Replay>(`${url}/${body.replayId}`);
      return replay.status === 'done' ? replay : undefined;
    },
    { what: `everything to be told ${group} again` },
  );
  const topic = `${group}.replay` as const;
  await waitFor(async () => (await world.unread(group, [topic])) === 0, {
    what: `${group} to read it`,
    timeoutMs: 200_000,
  });
  return done.sent;
}

interface Rebuild {
  readonly rebuildId: string;
  readonly status: string;
  readonly liveHash: string;
  readonly rebuiltHash: string;
}

async function rebuild(world: TestWorld, name: AppName, swap: boolean): Promise<Rebuild> {
  const url = `${world.url(name)}/rebuilds`;
  const { status, body } = await call<Rebuild>(url, { method: 'POST', json: { swap } });
  if (status !== 202) throw new Error(`POST ${url} answered ${status}: ${JSON.stringify(body)}`);
  return waitFor(
    async () => {
      const now = await get<Rebuild>(`${url}/${body.rebuildId}`);
      return now.status === 'running' ? undefined : now;
    },
    { what: `${name} to be rebuilt` },
  );
}
