import { describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { callRepeatedly, getPages, inParallel } from './http.js';

const serving = async (
  answers: readonly [status: number, body: string][],
  use: (url: string, asked: string[]) => Promise<void>,
): Promise<void> => {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const [status, body] = answers[Math.min(asked.length, answers.length - 1)] ?? [404, ''];
    asked.push(request.url ?? '');
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked);
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

describe('callRepeatedly', () => {
  it('tries again after a 503, and takes any other answer', async () => {
    await serving(
      [
        [503, ''],
        [422, '{"title":"no"}'],
      ],
      async (url, asked) => {
        expect(await callRepeatedly(url)).toEqual({ status: 422, body: { title: 'no' } });
        expect(asked).toHaveLength(2);
      },
    );
  });
});

describe('getPages', () => {
  it('reads page after page, until one is enough', async () => {
    const page = (n: number): [number, string] => [200, `{"items":[${n}],"nextCursor":"c${n}"}`];
    await serving([page(1), page(2), page(3)], async (url, asked) => {
      const items = await getPages<number>(url, { limit: '1' }, ([n]) => n === 2);
      expect(items).toEqual([1, 2]);
      expect(asked).toEqual(['/?limit=1', '/?limit=1&cursor=c1']);
    });
  });
});

describe('inParallel', () => {
  it('works on so many at a time, and on each once', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (n) => {
      most = Math.max(most, (running += 1));
      await new Promise(setImmediate);
      running -= 1;
      done.push(n);
    });
    expect(most).toBe(3);
    expect(done.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('stops at the first failure', async () => {
    const started: number[] = [];
    const work = inParallel([1, 2, 3, 4, 5, 6], 2, async (n) => {
      started.push(n);
      await new Promise(setImmediate);
      if (n === 1) throw new Error('no more');
    });
    await expect(work).rejects.toThrow('no more');
    expect(started.length).toBeLessThan(5);
  });
});
