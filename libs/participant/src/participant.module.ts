import { Controller, Module, type DynamicModule, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import * as contracts from '#contracts';
import type { CommandContract, Participant, TopicName } from '#contracts';
import { BatchHandler, Database, Outbox, PoisonHandler } from '#messaging';
import type {
  EventBatch,
  EventFailure,
  MessagingLog,
  PartitionedTable,
  UnitOfWork,
} from '#messaging';
import { Answers } from './answers.js';
import { BARRIER_KEEP_DAYS } from './barrier.js';
import type { CommandHandler } from './command.js';
import { createParticipant } from './create-participant.js';
import type { ParkingOptions } from './inbox.js';
import { watchParked } from './parking-metrics.js';

/** For `MessagingModule.forRoot({ partitionedTables: [barrierTable] })`. */
export const barrierTable: PartitionedTable = {
  table: 'barrier',
  column: 'issued_on',
  keepDays: BARRIER_KEEP_DAYS,
  aheadDays: 3,
  backDays: BARRIER_KEEP_DAYS,
};

export interface ParticipantOptions {
  readonly participant: Participant;
  /** Providers of the application's own modules, found by class. */
  readonly handlers: readonly Type<CommandHandler>[];
  readonly parking: ParkingOptions;
  /** Default: Nest's logger. */
  readonly log?: MessagingLog;
}

/**
 * Global. Provides `Answers`, consumes `<participant>.commands` and hands it to the handlers. Needs
 * `MessagingModule`. Does not start when a command of the participant has no handler, or two.
 */
@Module({})
export class ParticipantModule {
  static forRoot(options: ParticipantOptions): DynamicModule {
    const answers = { provide: Answers, useFactory: () => new Answers(options.participant) };
    return {
      module: ParticipantModule,
      global: true,
      providers: [answers],
      exports: [answers],
      controllers: [commandsController(options)],
    };
  }
}

function commandsController({ handlers, ...options }: ParticipantOptions): Type {
  const topic: TopicName = `${options.participant}.commands`;

  @Controller()
  class CommandsController {
    private parts: ReturnType<typeof createParticipant> | undefined;
    private stopWatching = (): void => undefined;

    constructor(
      private readonly modules: ModuleRef,
      private readonly outbox: Outbox,
      private readonly database: Database,
    ) {}

    /** Not earlier: the handlers of other modules are only complete now. */
    onModuleInit(): void {
      this.parts = createParticipant({
        ...options,
        outbox: this.outbox,
        handlers: handlers.map((type) => this.modules.get(type, { strict: false })),
        expected: commandsOf(options.participant),
      });
    }

    onApplicationBootstrap(): void {
      this.parts?.parkingWorker.start();
      this.stopWatching = watchParked(this.database);
    }

    async beforeApplicationShutdown(): Promise<void> {
      this.stopWatching();
      await this.parts?.parkingWorker.stop();
    }

    @BatchHandler(topic)
    async onBatch(batch: EventBatch, unit: UnitOfWork): Promise<void> {
      await this.parts?.inbox.onBatch(batch, unit);
    }

    @PoisonHandler(topic)
    async onPoison(failure: EventFailure, unit: UnitOfWork): Promise<void> {
      await this.parts?.inbox.onPoison(failure, unit);
    }
  }
  return CommandsController;
}

/** All commands that the contracts declare for a participant. */
const commandsOf = (participant: Participant): CommandContract[] =>
  Object.values<unknown>(contracts).filter(
    (value): value is CommandContract =>
      typeof value === 'object' &&
      value !== null &&
      'replies' in value &&
      'participant' in value &&
      value.participant === participant,
  );
