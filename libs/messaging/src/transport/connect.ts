import { Catch, type INestApplication, type RpcExceptionFilter } from '@nestjs/common';
import type { NestMicroservice } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import { BatchTransport } from './strategy.js';

/** Nest's own filter would replace every error by "Internal server error". */
@Catch()
export class PassThroughFilter implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/**
 * Adds the batch transport to a Nest application whose modules contain `MessagingModule`.
 * `app.startAllMicroservices()` then starts to consume, after `app.init()`, which it calls where
 * that was not done. Does not wait for the broker.
 */
export function connectTransport(app: INestApplication): void {
  const strategy = app.get(BatchTransport);
  strategy.beforeListen(() => app.init());
  const microservice = app.connectMicroservice<{ strategy: BatchTransport }>(
    { strategy },
    // Pipes and filters of HTTP are not for messages; ours is ignored unless initialised later.
    { inheritAppConfig: false, deferInitialization: true },
  ) as NestMicroservice;
  microservice.useGlobalFilters(new PassThroughFilter());
  // The application has called these hooks; initialising later would call them twice.
  microservice.setIsInitHookCalled(true);
}
