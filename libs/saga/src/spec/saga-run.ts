/** Drives `decide` as a service would: given messages, what is sent and what state is reached. */
import type { Effect, Outcome } from '#contracts';
import { decide } from '../decide.js';
import type { SagaDefinition, StepTiming } from '../definition.js';
import { keptEntry } from '../history-detail.js';
import { newInstance, type SagaInstance, type StepStateName } from '../instance.js';
import { objectionTo, type PersonsMessage } from '../intervene.js';
import type { Command, Decision, HistoryEntry, Intervention, SagaMessage } from '../messages.js';
import { defaultTiming } from '../timing.js';
import { sample } from './definitions.js';

export * from './definitions.js';

interface Answer {
  readonly name?: string;
  readonly outcome?: Outcome;
  readonly result?: Record<string, unknown>;
  readonly effects?: readonly Effect[];
  readonly reason?: { code: string; message: string };
}

type Unsent<M = PersonsMessage> = M extends PersonsMessage ? Omit<M, 'messageId'> : never;

export const BY_HAND = {
  kind: 'intervene',
  actor: 'kim',
  reason: { code: 'by-hand', message: 'the provider was away' },
} as const;

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
    this.history.push(keptEntry(decision));
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

  /** What a person does about a step, or about the whole. */
  intervene(intervention: Intervention): this {
    return this.apply({ ...BY_HAND, messageId: this.id(), intervention });
  }

  retry(step: string): this {
    return this.intervene({ action: 'retry', step });
  }

  skip(step: string): this {
    return this.intervene({ action: 'skip', step });
  }

  happened(
    step: string,
    more: { result?: Record<string, unknown>; effects?: Effect[] } = {},
  ): this {
    return this.intervene({ action: 'resolve', step, outcome: 'happened', ...more });
  }

  never(step: string): this {
    return this.intervene({ action: 'resolve', step, outcome: 'did-not-happen' });
  }

  /** Why a person's message would change nothing now. */
  objection(message: Unsent): string | undefined {
    const context = { now: this.now, jitter: 0, timing: { ...defaultTiming, ...this.timing } };
    const whole = { ...message, messageId: 'asked' } as PersonsMessage;
    return objectionTo(this.definition, this.instance, whole, context);
  }

  /** Moves it to another version, by which it is run from then on where that could be done. */
  move(to: SagaDefinition, from?: number): this {
    const reason = { code: 'upgrade', message: 'a new version' };
    this.apply({ kind: 'move', messageId: this.id(), to, from, reason });
    if (this.instance.version === to.version) this.definition = to;
    return this;
  }

  report(...effects: Effect[]): this {
    return this.apply({ kind: 'report', messageId: this.id(), effects });
  }

  /** Fires what was due at that moment. */
  fire({ dueBefore = this.now, publishedBy = 0 } = {}): this {
    return this.apply({ kind: 'timer', messageId: this.id(), publishedBy, dueBefore });
  }

  /** Moves the clock to the instance's next timer and fires it. */
  silence(publishedBy = 0): this {
    const { wakeAt } = this.instance;
    if (wakeAt === null) throw new Error('no timer is set');
    this.now = Math.max(this.now, wakeAt);
    return this.fire({ publishedBy });
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
