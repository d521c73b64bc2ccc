/** The participants, between parts: what each does with a command is worked out only once. */
import type { Arrival, Doing, OwnReport, Participants, Refusing, Served } from './participant.js';
import { Memo } from './parts.js';
import type { ModelAnswer, Parts, SentCommand } from './world.js';

export interface Serving {
  readonly business: number;
  /** The message that answers, if any. */
  readonly answer?: number;
}

/** A report, with what the participants have done then. */
export interface Report extends Omit<OwnReport, 'business'> {
  readonly business: number;
}

/** More ways of doing something with a command than any contract has. */
const MAX_DOINGS = 64;
const ARRIVALS: readonly Arrival[] = ['in-time', 'late', 'retried', 'redriven'];

export class Servings {
  private readonly doings = new Map<Doing, number>();
  private readonly served = new Memo<Serving>();
  private readonly settled = new Memo<Serving>();
  private readonly admitted = new Memo<number>();
  private readonly known = new Memo<readonly number[]>();
  private readonly told = new Memo<readonly Report[]>();

  constructor(
    readonly participants: Participants,
    private readonly parts: Parts,
  ) {}

  /** @throws Violation */
  serve(business: number, command: number, doing: Doing, arrival: Arrival = 'in-time'): Serving {
    return this.served.of(business, this.keyOf(command, doing, arrival), () => {
      const { businesses, commands } = this.parts;
      const sent = commands.at(command);
      const served = this.participants.serve(businesses.at(business), sent, doing, arrival);
      return this.serving(served, sent.commandId);
    });
  }

  /** @throws Violation */
  tryAgain(
    business: number,
    command: number,
    doing: Doing,
    arrival: 'retried' | 'redriven',
  ): Serving {
    return this.served.of(business, this.keyOf(command, doing, arrival), () => {
      const { businesses, commands } = this.parts;
      const sent = commands.at(command);
      const served = this.participants.tryAgain(businesses.at(business), sent, doing, arrival);
      return this.serving(served, sent.commandId);
    });
  }

  /** Whether the barrier would hand this copy on, so that it matters what the business does. */
  admits(business: number, command: number): boolean {
    const { businesses, commands } = this.parts;
    const admits = this.admitted.of(business, command, () =>
      this.participants.admits(businesses.at(business), commands.at(command)) ? 1 : 0,
    );
    return admits === 1;
  }

  /** @throws Violation */
  settle(business: number, command: SentCommand, doing: 'succeed' | Refusing): Serving {
    const { businesses, commands } = this.parts;
    return this.settled.of(business, this.keyOf(commands.of(command), doing), () => {
      const served = this.participants.settle(businesses.at(business), command, doing);
      return this.serving(served, command.commandId);
    });
  }

  /** The answers that were given last, as the messages they are. */
  answered(business: number): readonly number[] {
    return this.known.of(business, 0, () =>
      Object.entries(this.parts.businesses.at(business).barrier).flatMap(
        ([commandId, { answer }]) => (answer ? [this.messageOf(answer, commandId)] : []),
      ),
    );
  }

  /** What participants may do of their own accord, and report. */
  reports(business: number): readonly Report[] {
    const { businesses } = this.parts;
    return this.told.of(business, 0, () =>
      this.participants
        .reports(businesses.at(business))
        .map((report) => ({ ...report, business: businesses.of(report.business) })),
    );
  }

  private keyOf(command: number, doing: Doing, arrival: Arrival = 'in-time'): number {
    let number = this.doings.get(doing);
    if (number === undefined) this.doings.set(doing, (number = this.doings.size));
    return (command * MAX_DOINGS + number) * ARRIVALS.length + ARRIVALS.indexOf(arrival);
  }

  private serving({ business, answer }: Served, commandId: string): Serving {
    const { businesses } = this.parts;
    return {
      business: businesses.of(business),
      ...(answer && { answer: this.messageOf(answer, commandId) }),
    };
  }

  private messageOf(answer: ModelAnswer, commandId: string): number {
    return this.parts.messages.of({ kind: 'reply', messageId: '', commandId, ...answer });
  }
}
