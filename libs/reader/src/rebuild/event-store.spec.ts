/** Promises attacked here: a store that is away for a while is waited for, and one that is no store is not. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventType } from '#contracts';
import { installRuntime, OutboundError, type OutboundAnswer } from '#platform';
import { eventStore } from './event-store.js';

const item = (name: string) => ({
  ...{ id: name, source: 'order', type: eventType(name), subject: 's', time: 't', data: {} },
  ...{ topic: 'order.events', key: 'k', aggregateType: 'order', revision: 1 },
});
const page = (...names: readonly string[]): OutboundAnswer => ({
  status: 200,
  body: { items: names.map(item), cursor: 'c1', more: false },
});
const away = (): OutboundError => new OutboundError('event store', 'unreachable', '');

/** A store that answers so, one answer after the other, and the last one for ever. */
function storeOf(...answers: readonly (OutboundAnswer | Error)[]) {
  const asked: string[] = [];
  const http = {
    request: ({ path }: { path: string }): Promise<OutboundAnswer> => {
      const answer = answers[Math.min(asked.length, answers.length - 1)];
      asked.push(path);
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve(answer ?? page());
    },
  };
  return { asked, read: eventStore({ http, types: ['order.created'], patienceMs: 5_000 }) };
}

/** Time passes by being waited for. */
function hurry(): void {
  let now = 0;
  installRuntime({
    date: () => new Date(0),
    defer: queueMicrotask,
    random: () => 0.5,
    uuid: () => '',
    monotonicMs: () => now,
    after: (delayMs, run) => {
      now += delayMs;
      let isWanted = true;
      queueMicrotask(() => isWanted && run());
      return () => (isWanted = false);
    },
  });
}

const never = new AbortController().signal;

describe('the event store', () => {
  afterEach(() => installRuntime());

  it('is asked for the types that are read, from where the page before ended', async () => {
    const { asked, read } = storeOf(page('order.created', 'order.shipped'));
    const { events, cursor, more } = await read('c 0', never);
    expect(asked).toEqual(['/events?type=order.created&limit=1000&after=c+0']);
    expect(events.map(({ id }) => id)).toEqual(['order.created']);
    expect({ cursor, more }).toEqual({ cursor: 'c1', more: false });
  });

  it('is asked again while it is away, and given up when that lasts', async () => {
    hurry();
    const back = storeOf(away(), away(), page('order.created'));
    expect((await back.read(undefined, never)).events).toHaveLength(1);
    const gone = storeOf(away());
    await expect(gone.read(undefined, never)).rejects.toThrow('unreachable');
    expect(gone.asked.length).toBeGreaterThan(3);
  });

  it('is asked for fewer where they do not fit into an answer, and from then on', async () => {
    const tooLarge = new OutboundError('event store', 'reset', 'UND_ERR_RES_EXCEEDED_MAX_SIZE');
    const { asked, read } = storeOf(tooLarge, page());
    await read(undefined, never);
    await read(undefined, never);
    expect(asked.map((path) => /limit=(\d+)/.exec(path)?.[1])).toEqual(['1000', '250', '250']);
  });

  it.each<[OutboundAnswer, string]>([
    [{ status: 404, body: {} }, 'answered 404'],
    [{ status: 200, body: { items: [{}] } }, 'no page of events'],
  ])('that answers %j is none', async (answer, message) => {
    const { asked, read } = storeOf(answer);
    await expect(read(undefined, never)).rejects.toThrow(message);
    expect(asked).toHaveLength(1);
  });

  it('is not asked any more by who has stopped', async () => {
    const { asked, read } = storeOf(away());
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(read(undefined, stopped)).rejects.toThrow('stopped');
    expect(asked).toEqual([]);
  });
});
