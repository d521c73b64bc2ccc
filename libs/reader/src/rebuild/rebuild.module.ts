import { Module, type DynamicModule } from '@nestjs/common';
import { Database, type MessagingLog } from '#messaging';
import { OutboundHttp } from '#platform';
import { eventStore } from './event-store.js';
import { RebuildDesk } from './rebuild-desk.js';
import type { Rebuildable } from './rebuildable.js';
import { RebuildsController } from './rebuilds.controller.js';

export interface RebuildOptions {
  readonly reader: Rebuildable;
  /** Where all facts are kept. */
  readonly auditUrl: string;
  readonly log: MessagingLog;
  /** How long the store is waited for with the live tables held still. Default 10,000. */
  readonly settleMs?: number;
}

/** A page may be of several megabytes. */
const TIMEOUT_MS = 10_000;
/** It is asked again by us, whoever is in the way. */
const HALF_OPEN_MS = 1_000;

/** `POST /rebuilds` and what follows from it. The service has the table of `rebuildV1Up`. */
@Module({})
export class RebuildModule {
  static forRoot({ reader, auditUrl, log, settleMs }: RebuildOptions): DynamicModule {
    const http = new OutboundHttp({
      target: 'event store',
      baseUrl: auditUrl,
      connections: 2,
      timeoutMs: TIMEOUT_MS,
      halfOpenAfterMs: HALF_OPEN_MS,
    });
    return {
      module: RebuildModule,
      controllers: [RebuildsController],
      providers: [
        // closed by Nest after the desk that uses it
        { provide: OutboundHttp, useValue: http },
        {
          provide: RebuildDesk,
          inject: [Database],
          useFactory: (database: Database) =>
            new RebuildDesk({
              ...{ database, reader, log },
              read: eventStore({ http, types: reader.types }),
              ...(settleMs !== undefined && { settleMs }),
            }),
        },
      ],
    };
  }
}
