import { connect } from 'node:net';
import { once } from 'node:events';
import { Controller, Get, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '../logger.js';
import { createHttpApp } from './app.js';
import { closeGracefully } from './graceful-close.js';

let arrived: () => void;
let answer: (text: string) => void;
@Controller()
class SlowController {
  @Get('slow')
  slow(): Promise<string> {
    arrived();
    return new Promise((resolve) => (answer = resolve));
  }
}
@Module({ controllers: [SlowController] })
class SlowModule {}

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

const start = async (): Promise<NestFastifyApplication> => {
  const logger = createLogger({ service: 'slow', level: 'silent' });
  return createHttpApp(SlowModule, { service: 'slow', title: 'Slow', logger, openapi: false });
};

describe('closing', () => {
  it('answers the request under way, then ends, although its client would keep the line', async () => {
    const app = await start();
    await app.listen(0, '127.0.0.1');
    const force = jest.spyOn(app.getHttpServer(), 'closeAllConnections');
    const here = new Promise<void>((resolve) => (arrived = resolve));
    const reply = fetch(`${await app.getUrl()}/slow`);
    await here;
    const closed = app.close();
    // from here on nobody looks for idle connections again, unless told to
    await until(() => !app.getHttpServer().listening);
    answer('done');
    expect(await (await reply).text()).toBe('done');
    await closed;
    expect(force).not.toHaveBeenCalled();
  });

  it('does not wait for ever for a client that never finishes its request', async () => {
    const app = await start();
    closeGracefully(app.getHttpAdapter().getInstance(), 20);
    await app.listen(0, '127.0.0.1');
    const { port } = new URL(await app.getUrl());
    const server = app.getHttpServer() as NodeJS.EventEmitter;
    const connected = once(server, 'connection');
    const socket = connect(Number(port), '127.0.0.1');
    const head = 'POST /slow HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
    const requested = once(server, 'request');
    socket.write(`${head}content-length: 9\r\n\r\n{`);
    await Promise.all([connected, requested]);
    const ended = once(socket, 'close');
    await app.close();
    await ended;
  });
});
