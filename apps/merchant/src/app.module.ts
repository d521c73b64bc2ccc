import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/merchant';
import { MessagingModule, Outbox } from '#messaging';
import { HealthModule, type Logger, type ServiceSettings } from '#platform';
import { MerchantDesk } from './http/merchant-desk.js';
import { MerchantsController } from './http/merchants.controller.js';

@Module({})
export class AppModule {
  static forRoot(settings: ServiceSettings, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({ service: 'merchant', settings, migrations, log }),
        // merchants are kept without Kafka too; others hear of them later
        HealthModule.forRoot({ required: { kafka: false } }),
      ],
      controllers: [MerchantsController],
      providers: [
        {
          provide: MerchantDesk,
          inject: [Outbox],
          useFactory: (outbox: Outbox) => new MerchantDesk(outbox),
        },
      ],
    };
  }
}
