import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/accounting';
import { MessagingModule } from '#messaging';
import { HealthModule, type Logger } from '#platform';
import type { AccountingSettings } from './settings.js';

@Module({})
export class AppModule {
  static forRoot(settings: AccountingSettings, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({ service: 'accounting', settings, migrations, log }),
        HealthModule.forRoot(),
      ],
    };
  }
}
