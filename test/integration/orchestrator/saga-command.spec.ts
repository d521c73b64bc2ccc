/** The command line, as a process of its own, against an orchestrator that works. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventType, type RefundLostParcelInput } from '#contracts';
import { newId, Outbox } from '#messaging';
import { freePort, projectRoot, waitFor } from '#testing';
import { input } from '../../../apps/orchestrator/src/sagas/fixtures/place-order.js';
import { keyOf } from './access-keys.js';
import { DeadLetterWorld, inject, letterOf, newKey } from './dead-letter-world.js';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
interface Seen {
  readonly sagaId: string;
  readonly revision: number;
  readonly state: string;
  readonly steps: readonly { readonly name: string; readonly state: string }[];
}

let world: DeadLetterWorld;
let app: NestFastifyApplication;
let url: string;
const folder = mkdtempSync(join(tmpdir(), 'saga-command-'));

beforeAll(async () => {
  world = await DeadLetterWorld.start();
  app = await world.orchestrator();
  await app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
}, 240_000);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await world.stop();
}, 240_000);

/** Nothing of the surroundings gets in: no colours, no key, no address. */
const start = (args: readonly string[], env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [projectRoot('dist/tools/saga/main.js'), ...args], {
    env: { ...{ SAGA_URL: url, SAGA_API_KEY: world.key }, STACK_DATA_DIR: folder, ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, out, err }));
  });
  return { child, ended, out: () => out };
};
const run = (args: readonly string[], env?: Record<string, string>) => start(args, env).ended;

const json = async <Body>(...args: string[]): Promise<Body> => {
  const { code, out, err } = await run([...args, '--json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as Body;
};

const send = (type: string, key: string, data: object, more: object = {}) =>
  app.get(Outbox).transaction((unit) => {
    unit.publish({
      ...{ id: newId(), source: 'test', subject: key, topic: 'saga.inbox', key },
      ...{ time: new Date().toISOString(), type: eventType(type), data: { ...data }, ...more },
    });
    return Promise.resolve();
  });

const untilSent = (orderId: string, step: string): Promise<Seen> =>
  waitFor(
    async () => {
      const found = await inject(app, `/admin/sagas?orderId=${orderId}`);
      const [item] = found.json<{ items: Seen[] }>().items;
      if (!item) return undefined;
      const saga = (await inject(app, `/admin/sagas/${item.sagaId}`)).json<Seen>();
      const isSent = saga.steps.some(({ name, state }) => name === step && state === 'sent');
      return isSent ? saga : undefined;
    },
    { what: `${step} of ${orderId}`, timeoutMs: 60_000 },
  );

/** An order whose stock is being reserved. */
const ordered = async (): Promise<Seen & { readonly orderId: string }> => {
  const orderId = newKey();
  const data = { definition: 'place-order', businessKey: orderId, input: { ...input, orderId } };
  await send('saga.start', orderId, data);
  return { ...(await untilSent(orderId, 'reserve-stock')), orderId };
};

const parcelLost = async (): Promise<Seen & { readonly orderId: string }> => {
  const orderId = newKey();
  const lost: RefundLostParcelInput = {
    ...{ returnId: newKey(), orderId, merchantId: 'm-1', currency: 'GBP', refundAmount: 510 },
    ...{ items: [{ productId: '85123A', quantity: 2, unitPrice: 255 }], email: 'a@example.com' },
    locale: 'ja-JP',
  };
  const data = { definition: 'refund-lost-parcel', businessKey: orderId, input: lost };
  await send('saga.start', orderId, data);
  return { ...(await untilSent(orderId, 'refund')), orderId };
};

const answer = (
  saga: { sagaId: string; orderId: string },
  step: string,
  name: string,
  result = {},
) =>
  send(
    name,
    saga.orderId,
    { commandId: `${saga.sagaId}:${step}`, outcome: 'succeeded', result },
    { correlationid: saga.sagaId },
  );

describe('the command line', () => {
  it.each(
    [
      'list',
      'show',
      'watch',
      'retry',
      'skip',
      'resolve',
      'cancel',
      'compensate',
      'hold',
      'release',
    ].concat('move', 'clear-attention', 'settle-effect', 'bulk', 'dlq', 'definitions', 'figures'),
  )('tells what %s does, and how it ends', async (command) => {
    const { code, out, err } = await run([command, '--help'], { SAGA_URL: 'nowhere' });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`npm run saga -- ${command}`);
    expect(out).toContain('Exit status: 0 done, 1 ');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
  });

  it('finds a saga, shows it, and says who did what', async () => {
    const saga = await ordered();
    const found = await json<{ items: Seen[] }>(
      'list',
      '--order',
      saga.orderId,
      '--step',
      'reserve-stock',
    );
    expect(found.items.map(({ sagaId }) => sagaId)).toEqual([saga.sagaId]);
    const count = await run(['list', '--order', saga.orderId, '--count']);
    expect(count).toEqual({ code: 0, out: '1\n', err: '' });
    const listed = await run(['list', '--order', saga.orderId]);
    expect(listed.out).toContain(saga.sagaId);
    expect(listed.out).toMatch(/running +\d.* reserve-stock sent /);
    for (const line of listed.out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);

    const wide = await run(['list', '--order', saga.orderId, '--wide']);
    expect(wide.out).toContain(`15.30 GBP  ${saga.orderId}  channel web, customer c-1`);

    const held = await run(['hold', saga.sagaId, '--reason', 'the provider is away']);
    expect(held).toMatchObject({ code: 0, err: '' });
    expect(held.out).toContain(`Done: hold. Revision ${saga.revision} → ${saga.revision + 1}.`);
    const { code, out } = await run(['show', saga.orderId]);
    expect(code).toBe(0);
    expect(out).toContain('! held: the provider is away');
    expect(out).toMatch(/reserve-stock +compensable +sent/);
    expect(out).toContain('hold by kim: by-hand: the provider is away');
    expect(out).toMatch(/kim: hold \(revision \d+ → \d+\): the provider is away/);
    expect(out).toContain('What could be done now\n');
    expect(out).toMatch(/^release$/m);
    expect(out).not.toContain('\u001b');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    const before = await json<{ saga: { held?: object; revision: number }; actions: null }>(
      ...['show', saga.sagaId, '--revision', String(saga.revision)],
    );
    expect(before.saga).toMatchObject({ revision: saga.revision });
    expect(before.saga.held).toBeUndefined();
    expect(before.actions).toBeNull();
  });

  it('watches a saga to its end, with what is done to it meanwhile', async () => {
    const saga = await parcelLost();
    const watching = start(['watch', saga.sagaId, '--json', '--every', '50']);
    const people = start(['watch', saga.orderId, '--every', '50']);
    const seen = (kind: string) =>
      waitFor(() => watching.out().includes(`"kind":"${kind}"`), { what: kind });
    await seen('start');
    // the only step that can be retried needs no name
    expect(await run(['retry', saga.orderId, '--reason', 'now'])).toMatchObject({ code: 0 });
    await seen('intervene');
    await answer(saga, 'refund', 'payment.goods-refunded', { refunded: 510 });
    await untilSent(saga.orderId, 'complete-return');
    await answer(saga, 'complete-return', 'order.return-completed');
    await untilSent(saga.orderId, 'notify-customer');
    const skipped = await run([
      'skip',
      saga.orderId,
      'notify-customer',
      '--reason',
      'told by phone',
    ]);
    expect(skipped).toMatchObject({ code: 0, err: '' });
    const [script, read] = await Promise.all([watching.ended, people.ended]);
    expect(script).toMatchObject({ code: 0, err: '' });
    const lines = script.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ type, kind }) => kind ?? type)).toEqual([
      'start',
      'intervene',
      'reply',
      'reply',
      'intervene',
      'ended',
    ]);
    expect(lines.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 5]);
    expect(lines.at(-1)).toMatchObject({ sagaId: saga.sagaId, state: 'completed' });
    expect(read.code).toBe(0);
    expect(read.out).toContain('refund sent again (2)');
    expect(read.out.trim().split('\n').at(-1)).toBe('completed');
    const late = await run(['cancel', saga.orderId, '--reason', 'too late']);
    expect(late.code).toBe(1);
    expect(late.err).toContain('already completed');
  });

  it('says of a saga that goes on when it no longer waits for it', async () => {
    const saga = await ordered();
    const { code, err } = await run(['watch', saga.sagaId, '--for', '1']);
    expect(code).toBe(1);
    expect(err).toContain('has not ended within 1 s: running');
  });

  it('does nothing to a saga that has moved, and says what to do', async () => {
    const saga = await ordered();
    await run(['hold', saga.sagaId, '--reason', 'wait']);
    const args = ['cancel', saga.sagaId, '--reason', 'x', '--revision', String(saga.revision)];
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 4, out: '' });
    expect(err).toContain(`nothing was done: the saga has moved since revision ${saga.revision}`);
    expect(err).toContain(`show ${saga.sagaId}`);
  });

  it('says why something is refused, also before it is asked for', async () => {
    const saga = await ordered();
    const { code, err } = await run(['skip', saga.sagaId, 'charge-payment', '--reason', 'x']);
    expect(code).toBe(1);
    expect(err).toContain("what comes after 'charge-payment' relies on it");
    const { out } = await run(['show', saga.sagaId, '--why']);
    expect(out).toContain('skip charge-payment: what comes after');
  });

  it('does to a saga whatever the admin API can', async () => {
    const saga = await ordered();
    const act = async (...args: string[]) => {
      const [action = '', ...more] = args;
      const { code, out, err } = await run([action, saga.sagaId, ...more, '--reason', 'a test']);
      return `${code} ${out}${err}`;
    };
    expect(await act('hold')).toContain('0 Done: hold.');
    expect(await act('release')).toContain('0 Done: release.');
    expect(
      await act('resolve', 'reserve-stock', '--happened', '--result', '{"items":7}'),
    ).toContain('1 ✗ Nothing was done: `result` must be');
    const reserved = '{"expiresAt":"2030-01-01T00:00:00.000Z"}';
    expect(await act('resolve', 'reserve-stock', '--happened', '--result', reserved)).toMatch(
      /^0 Done: resolve reserve-stock happened\. .*\nrunning; charge-payment sent/,
    );
    expect(await act('skip', 'notify-customer')).toContain('0 Done: skip notify-customer.');
    expect(await act('clear-attention')).toContain('1 ✗ Nothing was done: nobody is called for.');
    expect(await act('settle-effect', 'nosuch')).toContain("there is no effect 'nosuch'");
    expect(await act('move', '--to', '99')).toContain('has no version 99 here');
    expect(await act('cancel')).toMatch(/^0 Done: cancel\. .*\ncompensating; /);
    expect(await act('compensate')).toContain('1 ✗ Nothing was done: it is being undone already.');
  });

  it('does one thing to many, after it has told what that would be', async () => {
    const saga = await ordered();
    expect((await run(['hold', saga.sagaId, '--reason', 'x'])).code).toBe(0);
    const conditions = ['--step', 'reserve-stock', '--held', '--order', saga.orderId];
    const made = await run(['bulk', 'make', 'release', ...conditions, '--reason', 'it is over']);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toMatch(/^release {2}[0-9a-f-]{36} {2}draft\nby \S+: it is over\n/);
    expect(made.out).toContain('Nothing has been done. To let it run: bulk start ');
    const [id = ''] = /[0-9a-f-]{36}/.exec(made.out) ?? [];
    const listed = await run(['bulk', 'list', '--state', 'draft']);
    expect(listed.out).toContain(`${id}  draft`);
    expect((await run(['bulk', 'start', id, '--reason', 'go'])).out).toContain('running');
    const watched = await run(['bulk', 'watch', id]);
    expect(watched.code).toBe(0);
    expect(watched.out).toMatch(/finished: 1 done, 0 refused, 0 had moved, 0 of 1 wait\n$/);
    const items = await json<{ items: { outcome: string; sagaId: string }[] }>('bulk', 'items', id);
    expect(items.items).toMatchObject([{ outcome: 'done', sagaId: saga.sagaId }]);
    expect((await run(['bulk', 'items', id])).out).toContain(saga.sagaId);
    expect((await run(['bulk', 'show', id])).out).toContain('1 are under way');
    const late = await run(['bulk', 'pause', id, '--reason', 'x']);
    expect(late).toMatchObject({ code: 1, out: '' });
    expect(late.err).toContain('it is finished');
    const none = await run(['bulk', 'make', 'release', '--customer', 'nobody', '--reason', 'x']);
    expect(none).toMatchObject({
      code: 1,
      err: '✗ No saga matches the filter: look at it again.\n',
    });
    expect((await run(['bulk', 'show', newKey()])).code).toBe(3);
  });

  it.each([
    ['2', ['list', '--state', 'odd']],
    ['2', ['explode']],
    ['3', ['show', newKey()]],
    ['3', ['hold', 'nosuch', '--reason', 'x']],
    ['3', ['dlq', 'show', newKey()]],
    ['3', ['definitions', 'place-order', '99']],
  ])('ends with %s for %j, and a sentence', async (code, args) => {
    const ended = await run(args);
    expect(ended).toMatchObject({ code: Number(code), out: '' });
    expect(ended.err).toMatch(/^✗ .+\n$/);
  });

  it('says who has no access, and what is not reached', async () => {
    const none = await run(['list'], { SAGA_API_KEY: '' });
    expect(none.code).toBe(5);
    expect(none.err).toContain('there is no key');
    expect((await run(['list'], { SAGA_API_KEY: 'sk_1' })).code).toBe(5);
    const saga = await ordered();
    const reader = await keyOf(world.database, 'reader');
    const refused = await run(['hold', saga.sagaId, '--reason', 'x'], { SAGA_API_KEY: reader });
    expect(refused.code).toBe(5);
    const away = `http://127.0.0.1:${await freePort()}`;
    const silent = await run(['list', '--url', away]);
    expect(silent).toMatchObject({ code: 6, out: '' });
    expect(silent.err).toContain('is not reached (ECONNREFUSED)');
    expect(silent.err).not.toContain(world.key);
  });

  it('takes the key from a file, and gives the one of the stack to nobody else', async () => {
    const file = join(folder, 'key');
    writeFileSync(file, `${world.key}\n`);
    expect((await run(['list', '--key-file', file], { SAGA_API_KEY: '' })).code).toBe(0);
    // a stack whose keys are there, and another server that is named
    mkStackKeys();
    const other = await run(['list'], { SAGA_API_KEY: '' });
    expect(other.code).toBe(5);
    const { port } = new URL(url);
    const offset = String(Number(port) - 3001);
    const odd = await run(['list'], { SAGA_API_KEY: '', STACK_PORT_OFFSET: 'x' });
    expect(odd).toMatchObject({ code: 2, err: expect.stringContaining('STACK_PORT_OFFSET') });
    const own = await run(['list'], { SAGA_API_KEY: '', SAGA_URL: '', STACK_PORT_OFFSET: offset });
    expect(own).toMatchObject({ code: 0 });
  });

  it('has no word to say to who reads no more', async () => {
    await ordered();
    const { child, ended } = start(['list', '--json']);
    child.stdout.destroy();
    expect(await ended).toMatchObject({ code: 0, err: '' });
  });

  it('tells of definitions and figures', async () => {
    const { out } = await run(['definitions']);
    expect(out).toMatch(/place-order +3/);
    expect((await run(['definitions', 'place-order', '3'])).out).toContain(
      'payment.charge-payment',
    );
    expect((await run(['definitions', 'place-order', '2', '--to', '3'])).out).toMatch(
      /must stay +0/,
    );
    const figures = await run(['figures']);
    expect(figures).toMatchObject({ code: 0, err: '' });
    expect(figures.out).toMatch(/place-order +running +\d/);
  });

  it('looks at dead letters and decides about them', async () => {
    const topic = 'payment.commands';
    const key = newKey();
    const all = ['0', '1', '2'].map((offset) => letterOf({ topic, key, offset, by: 'payment' }));
    await world.topics.send(all);
    await world.untilStored(3);
    const { items } = await json<{ items: { id: string }[] }>('dlq', 'list', '--topic', topic);
    expect(items).toHaveLength(3);
    const [first] = items;
    const shown = await run(['dlq', 'show', first?.id ?? '']);
    expect(shown.out).toContain('handler-failed: because');
    expect(shown.out).toContain('"a": 1');
    const one = await run(['dlq', 'discard', first?.id ?? '', '--reason', 'not needed']);
    expect(one).toEqual({ code: 0, out: 'Put away: 1.\n', err: '' });
    const again = await run(['dlq', 'redrive', first?.id ?? '', '--reason', 'after all']);
    expect(again.code).toBe(1);
    expect(again.err).toContain(`✗ ${first?.id}`);
    const asked = await run(['dlq', 'redrive', '--key', key, '--reason', 'mended']);
    expect(asked).toMatchObject({ code: 2, out: '' });
    expect(asked.err).toContain('2 open ones meet that');
    const done = await run(['dlq', 'redrive', '--key', key, '--reason', 'mended', '--yes']);
    expect(done).toEqual({ code: 0, out: 'Sent again: 2.\n', err: '' });
    await waitFor(async () => (await world.sentAgain(topic)).length === 2, {
      what: 'the redriven',
    });
  });
});

function mkStackKeys(): void {
  mkdirSync(join(folder, 'stack'), { recursive: true });
  writeFileSync(join(folder, 'stack', 'keys.env'), `# keys\nOPERATOR_KEY=${world.key}\n`);
}
