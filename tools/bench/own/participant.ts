/** A participant of the bench: each command is one row that can be written once only. */
import { Controller, Module, type DynamicModule } from '@nestjs/common';
import type { CommandContract, Effect, Participant } from '#contracts';
import {
  BatchHandler,
  MessagingModule,
  Outbox,
  PoisonHandler,
  type EventBatch,
  type EventFailure,
  type ServiceDefinition,
  type UnitOfWork,
} from '#messaging';
import {
  barrierTable,
  createParticipant,
  refuse,
  succeed,
  type AdmittedCommand,
  type Answer,
  type CommandHandler,
} from '#participant';
import { HealthModule, serviceSettings } from '#platform';
import { charge, notify, refund, release, reserve, ship } from './contracts.js';
import { BenchParticipant1763726400901 } from './migrations.js';

interface Payload {
  readonly orderId: string;
  readonly amount: number;
  readonly isDeclined?: boolean;
}

type Kind = 'money' | 'stock';

/** What a command does: its step in the table, what it answers, and what it moves. */
interface Deed {
  readonly contract: CommandContract;
  readonly step: string;
  readonly fact: string;
  readonly moves?: { readonly kind: Kind; readonly isUndo: boolean };
}

const DEEDS: readonly Deed[] = [
  {
    contract: reserve,
    step: 'reserve',
    fact: 'inventory.bench-reserved',
    moves: { kind: 'stock', isUndo: false },
  },
  {
    contract: release,
    step: 'release',
    fact: 'inventory.bench-released',
    moves: { kind: 'stock', isUndo: true },
  },
  {
    contract: charge,
    step: 'charge',
    fact: 'payment.bench-charged',
    moves: { kind: 'money', isUndo: false },
  },
  {
    contract: refund,
    step: 'refund',
    fact: 'payment.bench-refunded',
    moves: { kind: 'money', isUndo: true },
  },
  { contract: ship, step: 'ship', fact: 'shipping.bench-shipped' },
  { contract: notify, step: 'notify', fact: 'notification.bench-notified' },
];

export const PARTICIPANTS = ['inventory', 'payment', 'shipping', 'notification'] as const;
export type BenchParticipant = (typeof PARTICIPANTS)[number];

const INSERT = `
  insert into bench_effect (order_id, step, amount)
  select * from unnest($1::text[], $2::text[], $3::bigint[])`;

class BenchHandler implements CommandHandler {
  readonly commands: readonly CommandContract[];
  private readonly byName: ReadonlyMap<string, Deed>;

  constructor(readonly participant: Participant) {
    const own = DEEDS.filter(({ contract }) => contract.participant === participant);
    this.commands = own.map(({ contract }) => contract);
    this.byName = new Map(own.map((deed) => [deed.contract.name, deed]));
  }

  async handle(unit: UnitOfWork, commands: readonly AdmittedCommand[]): Promise<Answer[]> {
    const rows: { readonly payload: Payload; readonly step: string }[] = [];
    const answers = commands.map((command): Answer => {
      const payload = command.payload as Payload;
      if (payload.isDeclined) {
        const reason = { code: 'card-declined', message: 'the card was refused' };
        return refuse('payment.bench-declined', { code: reason.code }, reason);
      }
      const deed = this.byName.get(command.name) as Deed;
      rows.push({ payload, step: deed.step });
      return succeed(deed.fact, {}, effectsOf(deed, payload));
    });
    if (rows.length > 0) {
      await unit.tx.query(INSERT, [
        rows.map(({ payload }) => payload.orderId),
        rows.map(({ step }) => step),
        rows.map(({ payload }) => payload.amount),
      ]);
    }
    return answers;
  }
}

const effectsOf = ({ moves }: Deed, { orderId, amount }: Payload): Effect[] =>
  moves
    ? [
        {
          id: `${moves.kind}:${orderId}`,
          kind: moves.kind,
          unit: moves.kind === 'money' ? 'JPY' : 'pcs',
          taken: amount,
          returned: moves.isUndo ? amount : 0,
          revision: moves.isUndo ? 2 : 1,
        },
      ]
    : [];

const PARKING = { attempts: 10, backoffMs: 1_000 };

function commandsController(participant: BenchParticipant) {
  @Controller()
  class CommandsController {
    private readonly parts: ReturnType<typeof createParticipant>;

    constructor(outbox: Outbox) {
      const handlers = [new BenchHandler(participant)];
      this.parts = createParticipant({ participant, handlers, outbox, parking: PARKING });
    }

    onApplicationBootstrap(): void {
      this.parts.parkingWorker.start();
    }

    async beforeApplicationShutdown(): Promise<void> {
      await this.parts.parkingWorker.stop();
    }

    @BatchHandler(`${participant}.commands`)
    onBatch(batch: EventBatch, unit: UnitOfWork): Promise<void> {
      return this.parts.inbox.onBatch(batch, unit);
    }

    @PoisonHandler(`${participant}.commands`)
    onPoison(failure: EventFailure, unit: UnitOfWork): Promise<void> {
      return this.parts.inbox.onPoison(failure, unit);
    }
  }
  Reflect.defineMetadata('design:paramtypes', [Outbox], CommandsController);
  return CommandsController;
}

@Module({})
class BenchParticipantModule {}

export const participantService = (
  participant: BenchParticipant,
): ServiceDefinition<typeof serviceSettings> => ({
  name: participant,
  title: `Bench: ${participant}`,
  settings: serviceSettings,
  module: (settings, log): DynamicModule => ({
    module: BenchParticipantModule,
    imports: [
      MessagingModule.forRoot({
        service: participant,
        settings,
        migrations: [BenchParticipant1763726400901],
        partitionedTables: [barrierTable],
        log,
      }),
      HealthModule.forRoot(),
    ],
    controllers: [commandsController(participant)],
  }),
});
