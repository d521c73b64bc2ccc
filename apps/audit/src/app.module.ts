import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/audit';
import { MessagingModule } from '#messaging';
import { HealthModule, type Logger } from '#platform';
import type { AuditSettings } from './settings.js';

@Module({})
export class AppModule {
  static forRoot(settings: AuditSettings, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({ service: 'audit', settings, migrations, log }),
        HealthModule.forRoot(),
      ],
    };
  }
}
