import { afterEach, describe, expect, it } from '@jest/globals';
import { Module, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  releaseStock,
  reserveStock,
  restockGoods,
  secureStock,
  type CommandContract,
} from '#contracts';
import { Database, Outbox } from '#messaging';
import type { Answer } from './answer.js';
import { Answers } from './answers.js';
import type { CommandHandler } from './command.js';
import { ParticipantModule } from './participant.module.js';

const handlerOf = (...commands: CommandContract[]): Type<CommandHandler> =>
  class implements CommandHandler {
    readonly participant = 'inventory';
    readonly commands = commands;
    handle(): Promise<Answer[]> {
      return Promise.resolve([]);
    }
  };

describe('ParticipantModule', () => {
  let app: INestApplicationContext | undefined;
  afterEach(() => app?.close());

  const start = async (...handlers: Type<CommandHandler>[]) => {
    const outbox = { transaction: () => Promise.resolve() };
    @Module({
      providers: [
        { provide: Outbox, useValue: outbox },
        { provide: Database, useValue: {} },
      ],
      exports: [Outbox, Database],
    })
    class MessagingStandIn {}
    @Module({
      imports: [
        { module: MessagingStandIn, global: true },
        ParticipantModule.forRoot({
          participant: 'inventory',
          handlers,
          parking: { attempts: 4, backoffMs: 1000 },
        }),
      ],
      providers: handlers,
    })
    class AppModule {}
    app = await NestFactory.createApplicationContext(AppModule, {
      logger: false,
      abortOnError: false,
    });
    return app;
  };

  it('starts when every command of the participant has a handler', async () => {
    const started = await start(
      handlerOf(reserveStock, releaseStock),
      handlerOf(secureStock, restockGoods),
    );
    expect(started.get(Answers)).toBeInstanceOf(Answers);
  });

  it('does not start when one has none, or two', async () => {
    await expect(start(handlerOf(reserveStock))).rejects.toThrow(
      'no handler for inventory.release-stock, inventory.restock-goods, inventory.secure-stock',
    );
    await expect(
      start(handlerOf(reserveStock, secureStock), handlerOf(releaseStock, secureStock)),
    ).rejects.toThrow('inventory.secure-stock has two handlers');
  });
});
