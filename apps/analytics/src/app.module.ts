import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/analytics';
import { MessagingModule, READER_TUNING } from '#messaging';
import { HealthModule, type Logger } from '#platform';
import { RebuildModule } from '#reader';
import { analyticsTables } from './analytics-tables.js';
import { FactsController } from './handlers/facts.controller.js';
import { MetricsController } from './http/metrics.controller.js';
import type { AnalyticsSettings } from './settings.js';

@Module({})
export class AppModule {
  static forRoot(settings: AnalyticsSettings, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'analytics',
          settings,
          migrations,
          log,
          tuning: READER_TUNING,
        }),
        RebuildModule.forRoot({
          reader: analyticsTables,
          auditUrl: settings.AUDIT_URL,
          settleMs: settings.REBUILD_SETTLE_MS,
          log,
        }),
        // figures are told without Kafka too; they grow later
        HealthModule.forRoot({ required: { kafka: false } }),
      ],
      controllers: [FactsController, MetricsController],
    };
  }
}
