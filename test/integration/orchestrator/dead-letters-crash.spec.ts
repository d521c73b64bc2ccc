/**
 * The promise: whatever instant an orchestrator is killed at, each dead letter is one row, and each
 * decision to send one again is carried out, once.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { freePort, waitFor } from '#testing';
import { EchoProcess } from '../messaging/harness.js';
import { DeadLetterWorld, letterOf, type Decided } from './dead-letter-world.js';

const main = fileURLToPath(new URL('../../../apps/orchestrator/src/main.ts', import.meta.url));
const TOPIC = 'analytics.replay';
/** The first transaction is that of the timers, at the start; they are not looked for again here. */
const WHILE_READING = [
  'outbox.before-commit#2',
  'outbox.after-commit#2',
  'batch.before-offset-commit',
];
const WHILE_DECIDING = [
  ...['outbox.before-commit#2', 'outbox.after-commit#2'],
  ...['outbox.before-publish', 'outbox.after-publish'],
];

let world: DeadLetterWorld;
beforeAll(async () => {
  world = await DeadLetterWorld.start();
}, 240_000);
afterAll(() => world?.stop(), 240_000);

async function orchestrator(crashAt?: string) {
  const port = await freePort();
  const process = new EchoProcess(
    {
      ...{ ...world.env, PORT: String(port), TIMER_POLL_MS: '3600000' },
      ...(crashAt !== undefined && { CRASH_AT: crashAt }),
    },
    main,
  );
  world.onStop(() => process.stop());
  return { process, url: `http://127.0.0.1:${port}/admin/dead-letters` };
}

const listening = ({ output, isRunning }: EchoProcess): boolean => {
  if (!isRunning) throw new Error(output);
  return output.includes('listening');
};

const redrive = async (url: string, id: string): Promise<Decided> => {
  const answer = await fetch(`${url}/redrive`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': world.key },
    body: JSON.stringify({ ids: [id], reason: 'again' }),
  });
  if (answer.status !== 200) throw new Error(await answer.text());
  return (await answer.json()) as Decided;
};

const letters = Array.from({ length: 20 }, (_, offset) =>
  letterOf({ topic: TOPIC, offset: String(offset), key: `k-${offset}` }),
);

describe('an orchestrator that is killed', () => {
  it.each(WHILE_READING)(
    'at %s, while it reads: another one reads all, and each is one row',
    async (point) => {
      const { process } = await orchestrator(point);
      await world.topics.send(letters);
      expect(await process.exited).toBe('SIGKILL');
    },
    240_000,
  );

  it('has lost nothing and kept nothing twice', async () => {
    const { process } = await orchestrator();
    // sent so often that a row more than these would be one twice
    await world.topics.send([letterOf({ topic: TOPIC, offset: '99', key: 'last' })]);
    await world.untilStored(1, `key = 'last'`);
    expect(await world.rows()).toBe(letters.length + 1);
    await process.stop();
  }, 240_000);

  it.each(WHILE_DECIDING.map((point, index) => [point, index] as const))(
    'at %s, while somebody redrives: it is decided or it is not, and what is decided is done',
    async (point, index) => {
      const id = await idOf(`k-${index}`);
      // else it would die of what the one before has left behind
      if (point.endsWith('publish')) await settled();
      const { process, url } = await orchestrator(point);
      await waitFor(() => listening(process), { what: 'it to listen', timeoutMs: 90_000 });
      await redrive(url, id).catch(() => undefined);
      expect(await process.exited).toBe('SIGKILL');
      const isDecided = await world.rows(`id = '${id}' and status = 'redriven'`);
      expect(isDecided).toBe(point === 'outbox.before-commit#2' ? 0 : 1);
    },
    240_000,
  );

  it('is followed by one that does what was decided, and decides nothing twice', async () => {
    const { process, url } = await orchestrator();
    await waitFor(() => listening(process), { what: 'it to listen', timeoutMs: 90_000 });
    const ids = await Promise.all(WHILE_DECIDING.map((_, index) => idOf(`k-${index}`)));
    const answers: Decided[] = [];
    for (const id of ids) answers.push(await redrive(url, id));
    expect(answers.map(({ done }) => done)).toEqual([1, 0, 0, 0]);
    const sent = await waitFor(
      async () => {
        const of = (await world.sentAgain(TOPIC)).map(({ headers }) => headers['ce_redriveof']);
        return ids.every((id) => of.includes(id)) ? of : undefined;
      },
      { what: 'all four', timeoutMs: 120_000 },
    );
    const times = ids.map((id) => sent.filter((of) => of === id).length);
    expect(times.slice(0, 3)).toEqual([1, 1, 1]);
    // it died before it could note that it was sent: the barrier knows the message
    expect(times[3]).toBeLessThanOrEqual(2);
    const rows = await world.database.query<{ count: number }>(
      `select count(*)::int as count from outbox where topic = $1 group by headers ->> 'ce_redriveof'`,
      [TOPIC],
    );
    expect(rows.map(({ count }) => count)).toEqual([1, 1, 1, 1]);
    await process.stop();
  }, 240_000);
});

/** All that was committed has been sent. */
async function settled(): Promise<void> {
  const { process } = await orchestrator();
  await waitFor(() => listening(process), { what: 'it to listen', timeoutMs: 90_000 });
  await waitFor(
    async () => {
      const waiting = await world.database.query(
        `select from outbox join outbox_watermark using (epoch)
          where not drained and seq > published_up_to limit 1`,
      );
      return waiting.length === 0;
    },
    { what: 'what was left behind to be sent', timeoutMs: 90_000 },
  );
  await process.stop();
}

async function idOf(key: string): Promise<string> {
  const [row] = await world.database.query<{ id: string }>(
    'select id from dead_letter where key = $1',
    [key],
  );
  if (!row) throw new Error(`there is no ${key}`);
  return row.id;
}
