import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/catalog';
import { MessagingModule, Outbox } from '#messaging';
import { HealthModule, type Logger, type ServiceSettings } from '#platform';
import { ProductDesk } from './http/product-desk.js';
import { ProductsController } from './http/products.controller.js';

@Module({})
export class AppModule {
  static forRoot(settings: ServiceSettings, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({ service: 'catalog', settings, migrations, log }),
        // products are kept without Kafka too; others hear of them later
        HealthModule.forRoot({ required: { kafka: false } }),
      ],
      controllers: [ProductsController],
      providers: [
        {
          provide: ProductDesk,
          inject: [Outbox],
          useFactory: (outbox: Outbox) => new ProductDesk(outbox),
        },
      ],
    };
  }
}
