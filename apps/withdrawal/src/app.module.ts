import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/withdrawal';
import { MessagingModule } from '#messaging';
import { HealthModule, type Logger } from '#platform';
import type { WithdrawalSettings } from './settings.js';

@Module({})
export class AppModule {
  static forRoot(settings: WithdrawalSettings, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({ service: 'withdrawal', settings, migrations, log }),
        HealthModule.forRoot(),
      ],
    };
  }
}
