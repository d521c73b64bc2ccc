/** Drives `decide` as a service would: given messages, what is sent and what state is reached. */
import { defineCommand, refusal, success, type Effect, type Outcome } from '#contracts';
import { z } from 'zod';
import { decide } from '../decide.js';
import { saga } from '../builder.js';
import type { SagaDefinition, StepTiming } from '../definition.js';
import { newInstance, type SagaInstance, type StepStateName } from '../instance.js';
import type { Command, Decision, HistoryEntry, SagaMessage } from '../messages.js';
import { carryOn, compensate, mendable, update } from '../reactions.js';
import { defaultTiming } from '../timing.js';

const order = z.object({ id: z.string() });
const id = z.object({ id: z.string() });

const command = <const Name extends string>(name: Name) =>
  defineCommand({
    name,
    version: 1,
    participant: 'inventory',
    topic: 'inventory.commands',
    payload: id,
    replies: { done: success(z.object({ number: z.int().optional() })) },
  });

const refusable = <const Name extends string>(name: Name) =>
  defineCommand({
    ...command(name),
    replies: {
      done: success(z.object({ number: z.int().optional() })),
      refused: refusal(z.object({})),
    },
  });

export const cancel = command('cancel');
export const reserve = refusable('reserve');
export const release = command('release');
export const charge = refusable('charge');
export const refund = command('refund');
export const secure = refusable('secure');
export const ship = refusable('ship');
export const confirm = command('confirm');
export const notify = command('notify');

const refusing = { refused: compensate };

const idOf = ({ input }: { input: z.infer<typeof order> }) => ({ id: input.id });

/** Every kind of step once: local, compensable, covered, pivot, parallel retriables. */
export const sample: SagaDefinition = saga({ name: 'sample', version: 1, input: order })
  .local('create', { compensation: { command: cancel, payload: idOf } })
  .compensable('reserve', {
    command: reserve,
    on: refusing,
    payload: idOf,
    compensation: { command: release, payload: idOf },
  })
  .compensable('charge', {
    command: charge,
    on: refusing,
    payload: idOf,
    compensation: { command: refund, payload: idOf },
  })
  .compensable('secure', {
    command: secure,
    on: refusing,
    payload: idOf,
    compensation: { coveredBy: 'reserve' },
  })
  .pivot('ship', { command: ship, on: refusing, payload: idOf })
  .parallel((group) =>
    group
      .retriable('confirm', {
        command: confirm,
        payload: ({ input, results }) => ({ id: `${input.id}/${results.ship.number}` }),
      })
      .retriable('notify', { command: notify, payload: idOf }),
  )
  .build();

const giftOf = z.object({ id: z.string(), gift: z.boolean() });

/** Steps that not every order has: before the pivot, after it, and a whole group. */
export const conditional: SagaDefinition = saga({ name: 'gifts', version: 1, input: giftOf })
  .compensable('reserve', {
    command: reserve,
    on: refusing,
    payload: idOf,
    compensation: { command: release, payload: idOf },
    when: ({ input }) => input.gift,
  })
  .compensable('charge', {
    command: charge,
    on: refusing,
    payload: ({ input, results }) => ({ id: `${input.id}/${results.reserve?.number ?? 'none'}` }),
    compensation: { command: refund, payload: idOf },
  })
  .pivot('ship', { command: ship, on: refusing, payload: idOf })
  .retriable('wrap', { command: notify, payload: idOf, when: ({ results }) => !results.reserve })
  .parallel((group) =>
    group.retriable('confirm', {
      command: confirm,
      payload: idOf,
      when: ({ input }) => input.gift,
    }),
  )
  .build();

const renamed = update(
  (input: z.infer<typeof order>, { number }: { number?: number | undefined }) => ({
    id: `${input.id}${number === undefined ? '' : `+${number}`}`,
  }),
);

export const MEND_WINDOW_MS = 600_000;
const mendOptions = {
  windowMs: MEND_WINDOW_MS,
  data: z.object({ id: z.string() }),
  apply: (input: z.infer<typeof order>, { id: better }: { id: string }) => ({
    ...input,
    id: better,
  }),
};
const mendId = mendable(mendOptions);

/** Side by side before the pivot; refusals that are mended or done without; inputs that change. */
export const forgiving: SagaDefinition = saga({ name: 'forgiving', version: 1, input: order })
  .local('create', { compensation: { command: cancel, payload: idOf } })
  .parallel((group) =>
    group
      .compensable('reserve', {
        command: reserve,
        payload: idOf,
        on: { refused: compensate, done: renamed },
        compensation: { command: release, payload: idOf },
      })
      .compensable('charge', {
        command: charge,
        payload: idOf,
        on: { refused: mendId },
        compensation: { command: refund, payload: idOf },
      })
      .compensable('secure', {
        command: secure,
        payload: idOf,
        on: { refused: carryOn },
        compensation: { coveredBy: 'create' },
      }),
  )
  .pivot('ship', { command: ship, on: { refused: mendId }, payload: idOf })
  .retriable('confirm', { command: confirm, payload: idOf })
  .build();

export const recall = command('recall');

/** A pivot that takes its time, and can be called back meanwhile. */
export const recallable: SagaDefinition = saga({ name: 'recallable', version: 1, input: order })
  .compensable('reserve', {
    command: reserve,
    payload: idOf,
    on: refusing,
    compensation: { command: release, payload: idOf },
  })
  .pivot('ship', {
    command: ship,
    payload: idOf,
    on: refusing,
    pendingMs: 86_400_000,
    recall: {
      command: recall,
      payload: ({ input, cause }) => ({ id: `${input.id} ${cause.code}` }),
    },
  })
  .retriable('notify', { command: notify, payload: idOf })
  .build();

/** How long a refusal waits is said by the input. */
export const windowed = (windowMs: (input: z.infer<typeof order>) => number): SagaDefinition =>
  saga({ name: 'windowed', version: 1, input: order })
    .compensable('charge', {
      command: charge,
      payload: idOf,
      on: { refused: mendable({ ...mendOptions, windowMs }) },
      compensation: { command: refund, payload: idOf },
    })
    .retriable('confirm', { command: confirm, payload: idOf })
    .build();

/** The first retriable step decides. */
export const pivotless: SagaDefinition = saga({ name: 'pivotless', version: 1, input: order })
  .compensable('reserve', {
    command: reserve,
    on: refusing,
    payload: idOf,
    compensation: { command: release, payload: idOf },
  })
  .retriable('notify', { command: notify, payload: idOf, when: ({ input }) => input.id !== 'mute' })
  .retriable('confirm', { command: confirm, payload: idOf })
  .build();

interface Answer {
  readonly name?: string;
  readonly outcome?: Outcome;
  readonly result?: Record<string, unknown>;
  readonly effects?: readonly Effect[];
  readonly reason?: { code: string; message: string };
}

export class SagaRun {
  instance: SagaInstance;
  now = Date.UTC(2026, 10, 21, 12);
  /** Commands sent by the last message. */
  sent: readonly Command[] = [];
  last: Decision | undefined;
  readonly history: HistoryEntry[] = [];
  private count = 0;

  constructor(
    public definition: SagaDefinition = sample,
    private readonly timing: StepTiming = {},
  ) {
    this.instance = newInstance({
      id: 'saga-1',
      definition: definition.name,
      version: definition.version,
      businessKey: 'order-1',
      now: this.now,
    });
  }

  apply(message: SagaMessage): this {
    const before = JSON.stringify(this.instance);
    const timing = { ...defaultTiming, ...this.timing };
    const context = { now: this.now, jitter: 0, timing };
    const decision = decide(this.definition, this.instance, message, context);
    if (JSON.stringify(this.instance) !== before) throw new Error('decide changed its input');
    const again = decide(this.definition, this.instance, message, context);
    if (JSON.stringify(again) !== JSON.stringify(decision)) throw new Error('decide is not pure');
    this.last = decision;
    this.instance = decision.instance;
    this.history.push(decision.history);
    this.sent = decision.commands;
    return this;
  }

  start(input: object = {}): this {
    const whole = { id: 'order-1', ...input };
    return this.apply({ kind: 'start', messageId: this.id(), input: whole });
  }

  /** `sample`, with everything before `step` done and `step` sent. */
  at(step: 'reserve' | 'charge' | 'secure' | 'ship' | 'confirm'): this {
    this.start();
    if (step === 'reserve') return this;
    this.reply('reserve');
    if (step === 'charge') return this;
    this.reply('charge', { effects: [money(500, 0, 1)] });
    if (step === 'secure') return this;
    this.reply('secure');
    if (step === 'ship') return this;
    return this.reply('ship', { result: { number: 7 } });
  }

  /** Answers the newest command of a step; `undo` answers its compensation. */
  reply(step: string, answer: Answer = {}, undo = false): this {
    const asked = this.instance.steps[step]?.[undo ? 'undo' : 'command'];
    const commandId = asked?.commandId ?? `none:${step}`;
    return this.replyTo(commandId, answer);
  }

  replyTo(commandId: string, answer: Answer = {}): this {
    const { name = 'done', outcome = 'succeeded', ...rest } = answer;
    return this.apply({ kind: 'reply', messageId: this.id(), name, commandId, outcome, ...rest });
  }

  undone(step: string, answer: Answer = {}): this {
    return this.reply(step, answer, true);
  }

  refuse(step: string): this {
    return this.reply(step, {
      name: 'refused',
      outcome: 'refused',
      reason: { code: 'no', message: `${step} said no` },
    });
  }

  cancel(): this {
    const reason = { code: 'customer', message: 'changed their mind' };
    return this.apply({ kind: 'cancel', messageId: this.id(), reason });
  }

  mend(step: string, data: unknown): this {
    return this.apply({ kind: 'mend', messageId: this.id(), step, data });
  }

  hold(): this {
    const reason = { code: 'look', message: 'somebody looks at it' };
    return this.apply({ kind: 'hold', messageId: this.id(), reason });
  }

  release(): this {
    const reason = { code: 'seen', message: 'nothing was wrong' };
    return this.apply({ kind: 'release', messageId: this.id(), reason });
  }

  /** Moves it to another version, by which it is run from then on where that could be done. */
  move(to: SagaDefinition): this {
    const reason = { code: 'upgrade', message: 'a new version' };
    this.apply({ kind: 'move', messageId: this.id(), to, reason });
    if (this.instance.version === to.version) this.definition = to;
    return this;
  }

  report(...effects: Effect[]): this {
    return this.apply({ kind: 'report', messageId: this.id(), effects });
  }

  /** Moves the clock to the instance's next timer and fires it. */
  silence(publishedBy = 0): this {
    const { wakeAt } = this.instance;
    if (wakeAt === null) throw new Error('no timer is set');
    this.now = Math.max(this.now, wakeAt);
    return this.apply({ kind: 'timer', messageId: this.id(), publishedBy });
  }

  /** Fires the timer again and again until `done`. */
  silenceUntil(done: () => boolean): this {
    for (let i = 0; i < 100 && !done(); i += 1) this.silence();
    return this;
  }

  state(step: string): StepStateName {
    return this.instance.steps[step]?.state ?? 'waiting';
  }

  get sentNames(): string[] {
    return this.sent.map((sent) => sent.contract.name);
  }

  get note(): string {
    return this.last?.history.note ?? '';
  }

  private id(): string {
    this.count += 1;
    return `message-${this.count}`;
  }
}

export const money = (taken: number, returned: number, revision: number): Effect => ({
  id: 'payment:order-1',
  kind: 'money',
  unit: 'JPY',
  taken,
  returned,
  revision,
});
