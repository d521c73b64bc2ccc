import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { waitFor } from '#testing';
import type { Target } from './http-connection.js';
import { HttpLoad, type HttpLoadOptions } from './http-load.js';
import { orderRequests } from './order-request.js';

interface Placed {
  /** From 0, over all connections. */
  readonly index: number;
  readonly orderId: string;
  readonly response: ServerResponse;
  readonly socket: Socket;
}

interface Serving {
  readonly target: Target;
  readonly placed: string[];
  readonly sockets: Set<Socket>;
}

const BODY = '{"orderId":"x"}';

const accept = ({ response }: Placed): void => {
  response.writeHead(202, { 'content-length': BODY.length }).end(BODY);
};

/** A server that deals with orders as it is told. */
async function serving(
  deal: (placed: Placed) => void,
  use: (serving: Serving) => Promise<void>,
): Promise<void> {
  const placed: string[] = [];
  const sockets = new Set<Socket>();
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const { orderId } = JSON.parse(await text(request)) as { orderId: string };
    sockets.add(request.socket);
    deal({ index: placed.push(orderId) - 1, orderId, response, socket: request.socket });
  };
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await use({ target: { host: '127.0.0.1', port }, placed, sockets });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function started(target: Target, options: Partial<HttpLoadOptions> = {}): HttpLoad {
  const requestOf = orderRequests(target, 'p');
  const load = new HttpLoad({ target, connections: 1, requestOf, ...options });
  load.start();
  load.open();
  return load;
}

const until = (placed: readonly string[], count: number) =>
  waitFor(() => placed.length >= count, { what: `${count} requests`, intervalMs: 1 });

describe('the load over HTTP', () => {
  it('places one order after the other on each connection, and keeps the connections', async () => {
    await serving(accept, async ({ target, placed, sockets }) => {
      const load = started(target, { connections: 4 });
      await until(placed, 40);
      const { figures, numbers } = await load.close();
      expect(sockets.size).toBe(4);
      expect(new Set(placed).size).toBe(placed.length);
      expect(numbers.accepted).toHaveLength(placed.length);
      expect(placed.toSorted()).toEqual([...numbers.accepted].map((n) => `p-${n}`).toSorted());
      expect(figures.failures).toEqual({});
      expect(figures.accepted).toBeGreaterThan(0);
      expect(figures.maxMs).toBeGreaterThanOrEqual(figures.p50Ms);
    });
  });

  it('counts nothing before the window, and takes down what was accepted then', async () => {
    await serving(accept, async ({ target, placed }) => {
      const load = new HttpLoad({ target, connections: 2, requestOf: orderRequests(target, 'p') });
      load.start();
      await until(placed, 10);
      load.open();
      const { figures, numbers } = await load.close();
      expect(figures.accepted).toBe(0);
      expect(figures.meanMs).toBe(0);
      expect(numbers.accepted).toHaveLength(placed.length);
    });
  });

  it('takes any other status for a failure, and goes on', async () => {
    const deal = (order: Placed) => {
      if (order.index % 2 === 0) accept(order);
      else order.response.writeHead(503, { 'content-length': 0 }).end();
    };
    await serving(deal, async ({ target, placed, sockets }) => {
      const load = started(target);
      await until(placed, 5);
      const { figures, numbers } = await load.close();
      expect(figures.failures).toEqual({ 'answered 503': Math.floor(placed.length / 2) });
      expect(numbers.failed).toHaveLength(Math.floor(placed.length / 2));
      expect(numbers.failed[0]).toBe(1);
      expect(sockets.size).toBe(1);
    });
  });

  it('puts answers together that come in pieces', async () => {
    const deal = ({ socket }: Placed) => {
      const pieces = ['HTTP/1.1 20', `2 OK\r\nContent-Length: ${BODY.length}\r\n\r`, '\n{"ord'];
      const send = () => {
        const piece = pieces.shift();
        socket.write(piece ?? BODY.slice(5), () => piece !== undefined && setImmediate(send));
      };
      send();
    };
    await serving(deal, async ({ target, placed, sockets }) => {
      const load = started(target);
      await until(placed, 1);
      const { figures, numbers } = await load.close();
      expect(figures.failures).toEqual({});
      expect(numbers.accepted).toHaveLength(placed.length);
      expect(sockets.size).toBe(1);
    });
  });

  it('takes a connection closed within an answer for a failure, and connects anew', async () => {
    const deal = (order: Placed) => {
      if (order.index !== 1) accept(order);
      else order.socket.end('HTTP/1.1 202 Accepted\r\nContent-Length: 15\r\n\r\n{"ord');
    };
    await serving(deal, async ({ target, placed, sockets }) => {
      const load = started(target);
      await until(placed, 4);
      const { figures, numbers } = await load.close();
      expect(figures.failures).toEqual({ 'connection closed before the answer': 1 });
      expect([...numbers.failed]).toEqual([1]);
      expect(sockets.size).toBe(2);
    });
  });

  it('takes a reset, and an answer that is none, for failures, and connects anew', async () => {
    const deal = (order: Placed) => {
      if (order.index === 0) order.socket.resetAndDestroy();
      else if (order.index === 1) order.socket.write('SSH-2.0-OpenSSH\r\n\r\n');
      else accept(order);
    };
    await serving(deal, async ({ target, placed, sockets }) => {
      const load = started(target);
      await until(placed, 4);
      const { figures } = await load.close();
      expect(figures.failures).toEqual({
        ECONNRESET: 1,
        'malformed answer: it has no status line': 1,
      });
      expect(sockets.size).toBe(3);
    });
  });

  it('connects anew, without a failure, when the server has announced that it closes', async () => {
    const deal = (order: Placed) => {
      order.response.setHeader('connection', 'close');
      accept(order);
    };
    await serving(deal, async ({ target, placed, sockets }) => {
      const load = started(target);
      await until(placed, 3);
      const { figures } = await load.close();
      expect(figures.failures).toEqual({});
      expect(sockets.size).toBe(placed.length);
    });
  });

  it('waits for slow answers after the window; they are accepted, and outside of it', async () => {
    const waiting: Placed[] = [];
    await serving(
      (order) => void waiting.push(order),
      async ({ target, placed }) => {
        const load = started(target, { connections: 3 });
        await until(placed, 3);
        const closed = load.close();
        waiting.forEach(accept);
        const { figures, numbers } = await closed;
        expect(figures).toMatchObject({ accepted: 0, failures: {} });
        expect(numbers.accepted).toHaveLength(3);
        expect(placed).toHaveLength(3);
      },
    );
  });

  it('gives up what is never answered', async () => {
    await serving(
      () => undefined,
      async ({ target, placed }) => {
        const load = started(target, { connections: 2, drainMs: 1 });
        await until(placed, 2);
        const { figures, numbers } = await load.close();
        expect(figures.failures).toEqual({ 'no answer 1 ms later': 2 });
        expect(numbers.failed).toHaveLength(2);
      },
    );
  });
});

it('counts every failure to connect at all', async () => {
  let target: Target = { host: '127.0.0.1', port: 0 };
  await serving(accept, async (server) => {
    ({ target } = server);
    await Promise.resolve();
  });
  const asked: number[] = [];
  const requestOf = (number: number) => {
    asked.push(number);
    return orderRequests(target, 'p')(number);
  };
  const load = started(target, { requestOf });
  await waitFor(() => asked.length >= 2, { what: 'another try', intervalMs: 1 });
  const { figures } = await load.close();
  expect(figures.failures).toEqual({ ECONNREFUSED: asked.length });
});
