/** What the bank does with an order to pay, against its books, folded from the journal. No I/O. */
import { randomUUID } from 'node:crypto';
import { IdempotencyKeys, ProviderError, type Answer, type RememberedAnswer } from '#sandbox';
import {
  decisionOn,
  payoutAt,
  type Decision,
  type Payout,
  type PayoutRequest,
  type ShownPayout,
} from './payout.js';

export type Entry =
  | { readonly kind: 'ordered'; readonly payout: Payout }
  | { readonly kind: 'decided'; readonly payoutId: string; readonly decision: Decision }
  | RememberedAnswer;

export interface BankOptions {
  /** Writes entries, all or none; the bank applies them itself. */
  readonly append: (entries: readonly Entry[]) => void;
  readonly now: () => number;
  readonly slowPayoutMs: number;
  readonly keyLifetimeMs?: number | undefined;
}

export interface Order {
  readonly request: PayoutRequest;
  readonly key: string | undefined;
  readonly fingerprint: string;
  /** Whether the mood says no. */
  readonly refuses: boolean;
}

const bankError = (status: number, code: string, message: string, more: object = {}) =>
  new ProviderError(status, { code, message, ...more });

export class Bank {
  /** In the order in which they were asked for, refused ones among them. */
  readonly #all: Payout[] = [];
  readonly #places = new Map<string, number>();
  readonly #byReference = new Map<string, string>();
  readonly #keys: IdempotencyKeys;

  constructor(private readonly options: BankOptions) {
    this.#keys = new IdempotencyKeys(options.keyLifetimeMs);
  }

  get length(): number {
    return this.#all.length;
  }

  /** As they stand now. */
  slice(start: number, end: number): ShownPayout[] {
    return this.#all.slice(start, end).map((payout) => payoutAt(payout, this.options.now()));
  }

  /**
   * 201, also when it is pending; 422 when it is refused; 409 `reference_taken`: what was said about a
   * reference once is for good, so that a late repetition pays nothing. With a key, a repetition gets
   * the first answer, whatever it was.
   * @throws ProviderError 400 `idempotency_error` when the key belongs to another request
   */
  order({ request, key, fingerprint, refuses }: Order): Answer {
    const atMs = this.options.now();
    const known = key === undefined ? undefined : this.#keys.find(key, fingerprint, atMs);
    if (known === 'conflict') {
      throw bankError(400, 'idempotency_error', 'the key was first used for another payout');
    }
    if (known !== undefined) return known;
    const { answer, entries } = this.#decide(request, atMs, refuses);
    const remembered: Entry[] =
      key === undefined ? [] : [{ kind: 'answered', key, fingerprint, atMs, ...answer }];
    this.#record([...entries, ...remembered]);
    return answer;
  }

  /** @throws ProviderError 404 */
  get(payoutId: string): ShownPayout {
    return payoutAt(this.#known(payoutId), this.options.now());
  }

  find(reference: string): { readonly items: readonly ShownPayout[] } {
    const payoutId = this.#byReference.get(reference);
    return { items: payoutId === undefined ? [] : [this.get(payoutId)] };
  }

  /** Ends the waiting for a pending one. @throws ProviderError 404; 409 for one that is decided */
  decide(payoutId: string, status: Decision['status']): ShownPayout {
    const shown = this.get(payoutId);
    if (shown.status !== 'pending') {
      throw bankError(409, shown.status, `${payoutId} is ${shown.status}`);
    }
    const code = status === 'refused' ? { code: 'account_closed' } : {};
    const decision: Decision = { status, ...code, at: this.options.now() };
    this.#record([{ kind: 'decided', payoutId, decision }]);
    return this.get(payoutId);
  }

  apply(entry: Entry): void {
    switch (entry.kind) {
      case 'answered':
        return this.#keys.remember(entry);
      case 'ordered': {
        const { payoutId, reference } = entry.payout;
        this.#places.set(payoutId, this.#all.push(entry.payout) - 1);
        this.#byReference.set(reference, payoutId);
        return;
      }
      case 'decided': {
        const { payoutId, decision } = entry;
        const place = this.#places.get(payoutId) ?? -1;
        this.#all[place] = { ...this.#known(payoutId), decision };
      }
    }
  }

  #decide(
    request: PayoutRequest,
    nowMs: number,
    refuses: boolean,
  ): { readonly answer: Answer; readonly entries: readonly Entry[] } {
    const [taken] = this.find(request.reference).items;
    if (taken !== undefined) {
      const message = `there is a payout for ${request.reference} already`;
      const problem = { code: 'reference_taken', message, payout: taken };
      return { answer: answerOf(409, problem), entries: [] };
    }
    const slowMs = this.options.slowPayoutMs;
    const payout: Payout = {
      payoutId: `po_${randomUUID().replaceAll('-', '').slice(0, 20)}`,
      ...request,
      createdAt: new Date(nowMs).toISOString(),
      decision: decisionOn(request, { nowMs, slowMs, refuses }),
    };
    const shown = payoutAt(payout, nowMs);
    const entries: Entry[] = [{ kind: 'ordered', payout }];
    if (shown.status !== 'refused') return { answer: answerOf(201, shown), entries };
    const { code } = payout.decision;
    const message = 'this will not be paid';
    return { answer: answerOf(422, { code, message, payout: shown }), entries };
  }

  #record(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    this.options.append(entries);
    for (const entry of entries) this.apply(entry);
  }

  #known(payoutId: string): Payout {
    const payout = this.#all[this.#places.get(payoutId) ?? -1];
    if (payout) return payout;
    throw bankError(404, 'not_found', `no payout ${payoutId}`);
  }
}

const answerOf = (status: number, body: object): Answer => ({
  status,
  body: JSON.stringify(body),
});
