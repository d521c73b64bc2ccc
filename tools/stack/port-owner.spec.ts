import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { listeningInodes, portOwner } from './port-owner.js';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1
   1: 0100007F:0BB8 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4712 1
   2: 0100007F:0BB9 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1`;

it('finds the listening socket of a port and no connection through it', () => {
  expect(listeningInodes(table, 3000)).toEqual(['4711']);
  expect(listeningInodes(table, 3001)).toEqual(['4713']);
  expect(listeningInodes(table, 3002)).toEqual([]);
});

it('names the process that listens', async () => {
  // Elsewhere the system does not tell, and the message names the port alone.
  if (process.platform !== 'linux') return;
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  try {
    expect(portOwner(port)).toContain(`(pid ${process.pid})`);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  expect(portOwner(port)).toBeUndefined();
});
