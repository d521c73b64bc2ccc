import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/analytics';
import { MessagingModule } from '#messaging';
import { HealthModule, type Logger } from '#platform';
import type { AnalyticsSettings } from './settings.js';

@Module({})
export class AppModule {
  static forRoot(settings: AnalyticsSettings, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({ service: 'analytics', settings, migrations, log }),
        HealthModule.forRoot(),
      ],
    };
  }
}
