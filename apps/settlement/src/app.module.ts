import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/settlement';
import { MessagingModule } from '#messaging';
import { HealthModule, type Logger } from '#platform';
import type { SettlementSettings } from './settings.js';

@Module({})
export class AppModule {
  static forRoot(settings: SettlementSettings, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({ service: 'settlement', settings, migrations, log }),
        HealthModule.forRoot(),
      ],
    };
  }
}
