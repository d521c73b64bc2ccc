import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/withdrawal';
import { Database, MessagingModule, Outbox } from '#messaging';
import { Answers, ParticipantModule, barrierTable } from '#participant';
import { HealthModule, OutboundHttp, breakerHealth, type Logger } from '#platform';
import { CancelDesk } from './acceptance/cancel-desk.js';
import { WithdrawalDesk } from './acceptance/withdrawal-desk.js';
import { MerchantFactsController } from './handlers/merchant-facts.controller.js';
import { PayoutWorkers } from './handlers/payout.workers.js';
import { WithdrawalHandler } from './handlers/withdrawal.handler.js';
import { WithdrawalsController } from './http/withdrawals.controller.js';
import { HttpBank } from './provider/http-bank.js';
import type { WithdrawalSettings } from './settings.js';

@Module({})
export class AppModule {
  static forRoot(settings: WithdrawalSettings, log: Logger): DynamicModule {
    const http = new OutboundHttp({
      target: 'bank',
      baseUrl: settings.BANK_URL,
      headers: { authorization: `Bearer ${settings.BANK_KEY}` },
      connections: settings.OUTBOUND_CONNECTIONS,
      timeoutMs: settings.OUTBOUND_TIMEOUT_MS,
      halfOpenAfterMs: settings.OUTBOUND_HALF_OPEN_MS,
    });
    const bank = new HttpBank(http);
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'withdrawal',
          settings,
          migrations,
          partitionedTables: [barrierTable],
          log,
        }),
        ParticipantModule.forRoot({
          participant: 'withdrawal',
          handlers: [WithdrawalHandler],
          parking: { attempts: settings.PARK_ATTEMPTS, backoffMs: settings.PARK_BACKOFF_MS },
          log,
        }),
        // withdrawals are taken in without Kafka too; what they set off catches up later
        HealthModule.forRoot({ required: { kafka: false }, parts: [breakerHealth('bank', http)] }),
      ],
      controllers: [WithdrawalsController, MerchantFactsController],
      providers: [
        {
          provide: WithdrawalHandler,
          inject: [PayoutWorkers],
          useFactory: (workers: PayoutWorkers) => new WithdrawalHandler(workers),
        },
        {
          provide: WithdrawalDesk,
          inject: [Outbox],
          useFactory: (outbox: Outbox) => new WithdrawalDesk(outbox, settings.IDEMPOTENCY_WAIT_MS),
        },
        {
          provide: CancelDesk,
          inject: [Outbox],
          useFactory: (outbox: Outbox) => new CancelDesk(outbox),
        },
        // closed by Nest after the workers that use it
        { provide: OutboundHttp, useValue: http },
        {
          provide: PayoutWorkers,
          inject: [Database, Outbox, Answers],
          useFactory: (database: Database, outbox: Outbox, answers: Answers) =>
            new PayoutWorkers({ ...{ database, outbox, answers, bank, settings }, log }),
        },
      ],
    };
  }
}
