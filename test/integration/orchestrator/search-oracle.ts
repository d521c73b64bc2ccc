/** Sagas of all kinds, made at random, and what a search for them must find, by looking at each. */
import { randomUUID } from 'node:crypto';
import { stepsOf, type SagaDefinition, type SagaInstance, type StepInstance } from '#saga';
import { sagas } from '../../../apps/orchestrator/src/sagas/index.js';
import type { SagaQuery } from '../../../apps/orchestrator/src/http/admin.dto.js';

/** Of the same seed the same numbers, in [0, 1). */
export const numbersFrom = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
};

const STATES = ['awaiting-start', 'running', 'compensating', 'completed', 'compensated'] as const;
const STEP_STATES = [
  ...['waiting', 'sent', 'pending', 'done', 'refused', 'in-doubt'],
  ...['undoing', 'undone', 'skipped'],
] as const;
const CODES = [
  'no-answer',
  'generic_decline',
  'customer',
  'weird\u0000code \ud83d',
  'insufficient',
];
export const NOON = Date.UTC(2026, 10, 20, 12);
const HOUR_MS = 3_600_000;

export interface Made {
  readonly instance: SagaInstance;
  readonly definition: SagaDefinition;
}

/** An id of about the moment it began. */
const idAt = (epochMs: number): string => {
  const hex = epochMs.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${randomUUID().slice(15)}`;
};

export class Maker {
  constructor(private readonly next: () => number) {}

  pick = <T>(from: readonly T[]): T => from[Math.floor(this.next() * from.length)] as T;
  chance = (share: number): boolean => this.next() < share;
  whole = (below: number): number => Math.floor(this.next() * below);

  saga(): Made {
    const definition = this.pick(sagas);
    const createdAt = NOON + this.whole(48 * HOUR_MS);
    const id = idAt(createdAt + this.whole(2 * 1_200_000) - 1_200_000);
    const state = this.pick(STATES);
    const began = state !== 'awaiting-start';
    const steps = began ? stepsOf(definition).map(({ name }) => [name, this.step(id, name)]) : [];
    const instance: SagaInstance = {
      ...{
        id,
        definition: definition.name,
        version: definition.version,
        businessKey: randomUUID(),
      },
      ...{ revision: 1, state, input: began ? this.input() : null, createdAt },
      steps: Object.fromEntries(steps.filter(() => this.chance(0.8))) as SagaInstance['steps'],
      ledger: {},
      ...(this.chance(0.2) && { cause: this.reason() }),
      ...(this.chance(0.2) && { attention: { step: 'charge-payment', ...this.reason() } }),
      ...(this.chance(0.1) && { alsoAttention: [{ step: 'x', ...this.reason() }] }),
      ...(this.chance(0.1) && { held: { code: 'look', message: 'm' } }),
      wakeAt: null,
      updatedAt: createdAt + this.whole(48 * HOUR_MS),
    };
    return { instance, definition };
  }

  private step(saga: string, name: string): StepInstance {
    const state = this.pick(STEP_STATES);
    if (state === 'waiting' || this.chance(0.1)) return { state };
    const sentAt = NOON + this.whole(HOUR_MS);
    const command = {
      commandId: `${saga}:${name}`,
      issuedOn: '2026-11-20',
      attempts: this.chance(0.7) ? 1 : 2 + this.whole(20),
      sentAt,
      ...(this.chance(0.5) && { dueAt: sentAt + 500 }),
    };
    const error = this.chance(0.2) && { error: this.reason() };
    return {
      state,
      command: { ...command, ...error },
      ...(state === 'refused' && { refusal: { name: 'no', reason: this.reason() } }),
      ...(state === 'undoing' &&
        this.chance(0.7) && {
          undo: { ...command, commandId: `${saga}:${name}:undo`, state: 'sent', round: 1 } as const,
        }),
      ...(state === 'done' && { result: { 'charge-payment': 'sent' }, finishedAt: sentAt + 9 }),
    };
  }

  private reason = () => ({ code: this.pick(CODES), message: 'half a character: \ud83d \u0000' });

  private input() {
    const amount = 100 * this.whole(50);
    return {
      ...{ customerId: `c-${this.whole(8)}`, merchantId: `m-${this.whole(3)}`, orderId: 'o-1' },
      ...{ channel: this.pick(['web', 'shop']), currency: this.pick(['GBP', 'JPY']) },
      ...{ totalAmount: amount, refundAmount: amount, amount },
    };
  }

  /** A search for one thing each. */
  readonly criteria: readonly (() => SagaQuery)[] = [
    () => ({ state: this.pick(STATES) }),
    () => ({ definition: this.pick([...sagas.map(({ name }) => name), 'no-such']) }),
    () => ({ definition: 'place-order', version: 1 + this.whole(4) }),
    () => ({ step: this.pick(['charge-payment', 'hand-over', 'draw-balance', 'no-such']) }),
    () => ({ stepState: this.pick([...STEP_STATES, 'resent'] as const) }),
    () => ({
      step: this.pick(['charge-payment', 'receive-goods', 'pay-out']),
      stepState: this.pick([...STEP_STATES, 'resent'] as const),
    }),
    () => ({ error: this.pick([...CODES, 'none-such']) }),
    () => ({ attention: this.pick(['true', 'false'] as const) }),
    () => ({ held: this.pick(['true', 'false'] as const) }),
    () => ({ createdFrom: this.moment() }),
    () => ({ createdTo: this.moment() }),
    () => ({ idleSince: this.moment() }),
    () => ({ customer: `c-${this.whole(9)}` }),
    () => ({ attribute: [`merchant:m-${this.whole(3)}`, `channel:${this.pick(['web', 'tv'])}`] }),
    () => ({ attribute: [`amount.GBP:${100 * this.whole(50)}`] }),
    () => ({ currency: this.pick(['GBP', 'JPY', 'USD']) }),
    () => ({ currency: 'JPY', amountFrom: 100 * this.whole(50) }),
    () => ({ currency: 'GBP', amountFrom: 500, amountTo: 500 + 100 * this.whole(40) }),
  ];

  private moment = (): string => new Date(NOON + this.whole(96 * HOUR_MS)).toISOString();
}

const LIVE = ['awaiting-start', 'running', 'compensating'];

/** Independent of how the store searches: every criterion by the instance itself. */
export const meets = (query: SagaQuery, { instance, definition }: Made): boolean => {
  const input = instance.input as Record<string, unknown> | null;
  const isLive = LIVE.includes(instance.state);
  const amount = input?.['totalAmount'] as number;
  const named: Record<string, unknown> = input
    ? {
        merchant: input['merchantId'],
        ...(definition.name === 'place-order' && {
          customer: input['customerId'],
          channel: input['channel'],
        }),
        [`amount.${String(input['currency'])}`]: amount,
      }
    : {};
  const at = (ms: string | undefined): number => Date.parse(ms ?? '');
  const { createdFrom, createdTo, idleSince } = query;
  const checks: boolean[] = [
    query.state === undefined || instance.state === query.state,
    query.definition === undefined || instance.definition === query.definition,
    query.version === undefined || instance.version === query.version,
    query.attention === undefined || String(!!instance.attention) === query.attention,
    query.held === undefined || String(!!instance.held) === query.held,
    query.error === undefined || codesOf(instance).includes(query.error),
    createdFrom === undefined || instance.createdAt >= at(createdFrom),
    createdTo === undefined || instance.createdAt < at(createdTo),
    idleSince === undefined || instance.updatedAt <= at(idleSince),
    idleSince === undefined || query.state !== undefined || isLive,
    query.customer === undefined || named['customer'] === query.customer,
    (query.attribute ?? []).every((text) => {
      const [name, value] = text.split(':') as [string, string];
      return String(named[name]) === value;
    }),
    query.currency === undefined || input?.['currency'] === query.currency,
    query.amountFrom === undefined || amount >= query.amountFrom,
    query.amountTo === undefined || amount <= query.amountTo,
    meetsSteps(query, instance, definition),
  ];
  return checks.every(Boolean);
};

function codesOf({ steps, cause, attention, alsoAttention = [] }: SagaInstance): string[] {
  const reasons = [cause, attention, ...alsoAttention];
  for (const { command, undo, refusal } of Object.values(steps)) {
    reasons.push(command?.error, undo?.error, refusal?.reason);
  }
  return reasons.flatMap((reason) => (reason ? [reason.code] : []));
}

function meetsSteps(
  { step, stepState }: SagaQuery,
  { steps, state }: SagaInstance,
  definition: SagaDefinition,
): boolean {
  const isLive = LIVE.includes(state);
  const isAsked = (name: string): boolean => step === undefined || step === name;
  const all = stepsOf(definition).map(({ name }) => name);
  if (stepState === undefined) {
    if (step === undefined) return true;
    const { state: of, command } = steps[step] ?? { state: 'waiting' };
    const waits = of === 'refused' && state === 'running' && command?.dueAt !== undefined;
    return isLive && (waits || ['sent', 'pending', 'in-doubt', 'undoing'].includes(of));
  }
  return all.some((name) => {
    const found = steps[name] ?? { state: 'waiting' as const };
    if (!isAsked(name)) return false;
    if (stepState === 'resent') return found.state === 'sent' && (found.command?.attempts ?? 0) > 1;
    return (
      found.state === stepState && (isLive || !['waiting', 'sent', 'done'].includes(stepState))
    );
  });
}
