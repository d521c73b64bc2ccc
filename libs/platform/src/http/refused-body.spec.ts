import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { readOutRefused } from './refused-body.js';

let server: FastifyInstance;
beforeEach(async () => {
  server = fastify({ bodyLimit: 100 });
  readOutRefused(server);
  server.post('/', () => 'taken');
  await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => server.close());

const LENGTH = 2_000_000;
const headOf = (length: number): string =>
  `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

it('is told to who still sends it, whose connection stays good', async () => {
  const { port } = server.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  try {
    socket.write(headOf(LENGTH));
    const [refused] = (await once(socket, 'data')) as [string];
    expect(refused).toContain('HTTP/1.1 413 ');
    socket.write('x'.repeat(LENGTH));
    socket.write(`${headOf(2)}{}`);
    const [taken] = (await once(socket, 'data')) as [string];
    expect(taken).toContain('HTTP/1.1 200 ');
  } finally {
    socket.destroy();
  }
});
