/** Tells the load which sagas are over as soon as their end is committed: one line a batch. */
import { Controller, Get, Module, Res, type DynamicModule } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Open } from '#platform';
import { AppModule } from '../../../apps/orchestrator/src/app.module.js';
import { EndedSagas } from '../../../apps/orchestrator/src/engine/ended-sagas.js';

export const ENDINGS_PATH = '/bench/endings';

/** A line of the stream, as JSON: business key and state by turns. */
export type EndingsLine = readonly string[];

@Open()
@Controller()
class EndingsController {
  constructor(private readonly ended: EndedSagas) {}

  @Get(ENDINGS_PATH)
  stream(@Res() reply: FastifyReply): void {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'application/x-ndjson' });
    raw.flushHeaders();
    const stop = this.ended.listen((sagas) => {
      const line: EndingsLine = sagas.flatMap(({ businessKey, state }) => [businessKey, state]);
      raw.write(`${JSON.stringify(line)}\n`);
    });
    raw.once('close', stop);
  }
}

@Module({})
export class ObservedModule {
  static of(orchestrator: ReturnType<typeof AppModule.forRoot>): DynamicModule {
    return { module: ObservedModule, imports: [orchestrator], controllers: [EndingsController] };
  }
}
