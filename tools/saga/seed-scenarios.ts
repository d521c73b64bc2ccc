/** What becomes of the sagas that are seeded: each scenario is decided by the core, message by message. */
import type { Effect, Outcome } from '#contracts';
import {
  decide,
  defaultTiming,
  newInstance,
  type HistoryEntry,
  type SagaDefinition,
  type SagaInstance,
  type SagaMessage,
} from '#saga';
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';

/** What each row puts in the place of these. */
export const STAND_INS = {
  saga: 'ffffffff-0000-7000-8000-000000000001',
  key: 'ffffffff-0000-7000-8000-000000000002',
  customer: 'the-customer',
  merchant: 'the-merchant',
  channel: 'the-channel',
  currency: 'QQQ',
  amount: 987_654_321,
} as const;

export type Ending = 'completed' | 'compensated' | 'live' | 'attention';

export interface Scenario {
  readonly ending: Ending;
  /** Of all sagas of this ending, in parts. */
  readonly parts: number;
  readonly definition: SagaDefinition;
  readonly play: (run: Run) => void;
}

/** A run of one saga from a moment on. */
export class Run {
  instance: SagaInstance;
  readonly history: HistoryEntry[] = [];
  private nowMs: number;

  constructor(
    private readonly definition: SagaDefinition,
    startMs: number,
  ) {
    this.nowMs = startMs;
    const { name, version } = definition;
    this.instance = newInstance({
      ...{ id: STAND_INS.saga, definition: name, version, businessKey: STAND_INS.key },
      now: startMs,
    });
  }

  start(): this {
    return this.apply({ kind: 'start', messageId: 'start', input: inputOf(this.definition) });
  }

  done(...steps: string[]): this {
    for (const step of steps) {
      const effects = step === 'charge-payment' ? [charge(0, 1)] : [];
      this.answer(step, { name: 'done', outcome: 'succeeded', effects });
    }
    return this;
  }

  pending(step: string): this {
    return this.answer(step, { name: 'pending', outcome: 'pending' });
  }

  refused(step: string, name: string, code: string): this {
    return this.answer(step, { name, outcome: 'refused', code });
  }

  /** Its participant has given it up. */
  dead(step: string, code: string): this {
    return this.answer(step, { name: 'dead', outcome: 'dead', code });
  }

  undone(...steps: string[]): this {
    for (const step of steps) {
      const effects = step === 'charge-payment' ? [charge(STAND_INS.amount, 2)] : [];
      this.answer(step, { name: 'undone', outcome: 'succeeded', effects, way: 'undo' });
    }
    return this;
  }

  undoDead(step: string, code: string): this {
    return this.answer(step, { name: 'dead', outcome: 'dead', code, way: 'undo' });
  }

  silence(times: number): this {
    for (let n = 0; n < times; n += 1) {
      this.nowMs = Math.max(this.nowMs, this.instance.wakeAt ?? 0);
      this.apply({ kind: 'timer', messageId: `timer-${n}`, publishedBy: 0, dueBefore: this.nowMs });
    }
    return this;
  }

  because(kind: 'cancel' | 'hold', code: string): this {
    return this.apply({ kind, messageId: kind, reason: { code, message: 'as a customer asked' } });
  }

  private answer(
    step: string,
    { name, outcome, code, effects = [], way = 'command' }: Answer,
  ): this {
    const commandId = this.instance.steps[step]?.[way]?.commandId;
    if (commandId === undefined) throw new Error(`nothing of ${step} was sent`);
    return this.apply({
      ...{ kind: 'reply', messageId: `${commandId} ${outcome}`, name, commandId, outcome },
      ...(outcome === 'succeeded' && { result: { trackingNumber: 'T-1' } }),
      ...(code !== undefined && { reason: { code, message: 'what was said of it' } }),
      ...(effects.length > 0 && { effects }),
    });
  }

  private apply(message: SagaMessage): this {
    this.nowMs += 40;
    const context = { now: this.nowMs, jitter: 0.5, timing: defaultTiming };
    const { instance, history } = decide(this.definition, this.instance, message, context);
    this.instance = instance;
    this.history.push(history);
    return this;
  }
}

interface Answer {
  readonly name: string;
  readonly outcome: Outcome;
  readonly code?: string;
  readonly effects?: readonly Effect[];
  readonly way?: 'command' | 'undo';
}

const charge = (returned: number, revision: number): Effect => ({
  ...{ id: `payment:${STAND_INS.key}`, kind: 'money', unit: STAND_INS.currency },
  ...{ taken: STAND_INS.amount, returned, revision },
});

/** The example of the definition, with what stands in for the values of each row. */
function inputOf({ name: definition, examples = [] }: SagaDefinition): unknown {
  const { key, customer, merchant, channel, currency, amount } = STAND_INS;
  const ids = { orderId: key, returnId: key, withdrawalId: key };
  const values = {
    ...{ ...ids, customerId: customer, merchantId: merchant, channel, currency },
    ...{ totalAmount: amount, refundAmount: amount, amount },
  };
  const input = examples[0]?.input;
  if (input === undefined) throw new Error(`there is no example of '${definition}'`);
  const example = input as Readonly<Record<string, unknown>>;
  const replaced = Object.entries(values).filter(([name]) => name in example);
  return { ...example, ...Object.fromEntries(replaced) };
}

const latest = (name: string, version?: number): SagaDefinition => {
  const all = sagas.filter((one) => one.name === name);
  const found = version === undefined ? all[0] : all.find((one) => one.version === version);
  if (!found) throw new Error(`there is no saga ${name} v${version}`);
  return found;
};

const ORDER = latest('place-order');
const PAID = ['reserve-stock', 'charge-payment', 'secure-stock'];
const BOOKED = [...PAID, 'book-shipment', 'confirm-order'];

const order = (ending: Ending, parts: number, play: Scenario['play']): Scenario => ({
  ...{ ending, parts, definition: ORDER, play },
});

export const SCENARIOS: readonly Scenario[] = [
  order('completed', 880, (run) => run.start().done(...BOOKED, 'hand-over', 'notify-customer')),
  {
    ...{ ending: 'completed', parts: 20, definition: latest('place-order', 1) },
    play: (run) => run.start().done(...PAID, 'ship-order', 'confirm-order', 'notify-customer'),
  },
  {
    ...{ ending: 'completed', parts: 60, definition: latest('return-order') },
    play: (run) =>
      run
        .start()
        .done('approve-return', 'receive-goods', 'record-receipt', 'restock', 'refund')
        .done('complete-return', 'notify-customer'),
  },
  {
    ...{ ending: 'completed', parts: 5, definition: latest('refund-lost-parcel') },
    play: (run) => run.start().done('refund', 'complete-return', 'notify-customer'),
  },
  {
    ...{ ending: 'completed', parts: 35, definition: latest('withdraw') },
    play: (run) =>
      run.start().done('hold-balance', 'pay-out', 'draw-balance', 'complete-withdrawal'),
  },
  order('compensated', 50, (run) =>
    run
      .start()
      .done('reserve-stock')
      .refused('charge-payment', 'payment.payment-expired', 'generic_decline')
      .undone('reserve-stock', 'create-order'),
  ),
  order('compensated', 20, (run) =>
    run
      .start()
      .refused('reserve-stock', 'inventory.stock-insufficient', 'insufficient-stock')
      .undone('create-order'),
  ),
  order('compensated', 30, (run) =>
    run
      .start()
      .done(...PAID, 'book-shipment')
      .because('cancel', 'customer')
      .undone('book-shipment', 'charge-payment', 'reserve-stock', 'create-order'),
  ),
  order('live', 20, (run) => run.start()),
  order('live', 10, (run) => run.start().done('reserve-stock')),
  order('live', 20, (run) => run.start().done('reserve-stock').pending('charge-payment')),
  order('live', 5, (run) => run.start().done('reserve-stock').silence(2)),
  order('live', 100, (run) =>
    run
      .start()
      .done(...BOOKED)
      .pending('hand-over'),
  ),
  order('live', 3, (run) =>
    run
      .start()
      .done(...BOOKED)
      .because('hold', 'look'),
  ),
  order('live', 7, (run) =>
    run
      .start()
      .done(...PAID, 'book-shipment')
      .because('cancel', 'customer'),
  ),
  {
    ...{ ending: 'live', parts: 30, definition: latest('return-order') },
    play: (run) => run.start().done('approve-return').pending('receive-goods'),
  },
  {
    ...{ ending: 'live', parts: 5, definition: latest('withdraw') },
    play: (run) => run.start().done('hold-balance').pending('pay-out'),
  },
  order('attention', 60, (run) =>
    run
      .start()
      .done(...BOOKED)
      .dead('hand-over', 'carrier-broken'),
  ),
  order('attention', 30, (run) =>
    run
      .start()
      .done(...BOOKED, 'hand-over')
      .dead('notify-customer', 'no-such-mailbox'),
  ),
  order('attention', 10, (run) =>
    run
      .start()
      .done(...PAID)
      .refused('book-shipment', 'shipping.shipment-refused', 'address-unknown')
      .undoDead('charge-payment', 'refund-failed'),
  ),
];
