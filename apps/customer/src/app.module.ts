import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/customer';
import { MessagingModule, Outbox } from '#messaging';
import { HealthModule, type Logger, type ServiceSettings } from '#platform';
import { CustomerDesk } from './http/customer-desk.js';
import { CustomersController } from './http/customers.controller.js';

@Module({})
export class AppModule {
  static forRoot(settings: ServiceSettings, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({ service: 'customer', settings, migrations, log }),
        // customers are kept without Kafka too; others hear of them later
        HealthModule.forRoot({ required: { kafka: false } }),
      ],
      controllers: [CustomersController],
      providers: [
        {
          provide: CustomerDesk,
          inject: [Outbox],
          useFactory: (outbox: Outbox) => new CustomerDesk(outbox),
        },
      ],
    };
  }
}
