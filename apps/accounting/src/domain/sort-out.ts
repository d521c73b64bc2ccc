/** Which facts are new, and which contradict what was told before. Pure. */
import { movesMoney } from './entry.js';
import { aggregateOf, type LedgerFact } from './facts.js';

export interface Candidate {
  readonly fact: LedgerFact;
  readonly entryId: string;
  readonly content: string;
}

/** A fact that was booked. */
export interface Known {
  readonly entryId: string;
  readonly source: string;
  readonly eventId: string;
  readonly content: string;
  readonly name: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly merchantId: string;
  readonly currency: string;
}

export interface Contradiction extends Candidate {
  /** The entry that stays as it is. */
  readonly knownId: string;
  readonly reason: string;
}

/**
 * A repetition is neither. Of several in one batch the first one counts.
 * @param known those of the same fact, event or payment
 */
export function sortOut(
  candidates: readonly Candidate[],
  known: readonly Known[],
): { readonly fresh: LedgerFact[]; readonly contradictions: Contradiction[] } {
  const booked = new Booked(known);
  const fresh: LedgerFact[] = [];
  const contradictions: Contradiction[] = [];
  for (const candidate of candidates) {
    const found = booked.contradictedBy(candidate);
    if (found) {
      contradictions.push({ ...candidate, knownId: found.by.entryId, reason: found.reason });
    } else if (booked.add(candidate)) {
      fresh.push(candidate.fact);
    }
  }
  return { fresh, contradictions };
}

/** What is in the ledger, by all that tells one fact from another. */
class Booked {
  private readonly byEntry = new Map<string, Known>();
  private readonly byEvent = new Map<string, Known>();
  private readonly byPayment = new Map<string, Known[]>();

  constructor(known: readonly Known[]) {
    for (const one of known) this.set(one);
  }

  contradictedBy({
    fact,
    entryId,
    content,
  }: Candidate): { readonly by: Known; readonly reason: string } | undefined {
    const same = this.byEntry.get(entryId);
    if (same) {
      return same.content === content ? undefined : { by: same, reason: otherContent(fact) };
    }
    const named = this.byEvent.get(eventKey(fact.event.source, fact.event.id));
    if (named) return { by: named, reason: otherFact(fact) };
    return this.contradictedByPayment(fact);
  }

  /** A payment is one merchant's, in one currency, and is captured once. */
  private contradictedByPayment(fact: LedgerFact) {
    const { name, data } = fact;
    const { type, id } = aggregateOf(fact);
    const payment = type === 'payment' ? (this.byPayment.get(id) ?? []) : [];
    const [owner] = payment;
    if (!owner) return undefined;
    if (owner.merchantId !== data.merchantId || owner.currency !== data.currency) {
      return { by: owner, reason: otherOwner(fact, owner) };
    }
    const captured = payment.find((one) => one.name === 'payment.completed');
    if (name !== 'payment.completed' || !captured) return undefined;
    return { by: captured, reason: otherCapture(fact) };
  }

  /** @returns whether it was not there */
  add({ fact, entryId, content }: Candidate): boolean {
    if (this.byEntry.has(entryId)) return false;
    const { source, id: eventId } = fact.event;
    const { merchantId, currency } = fact.data;
    const { type: aggregateType, id: aggregateId } = aggregateOf(fact);
    const one: Known = {
      ...{ entryId, source, eventId, content, name: fact.name },
      ...{ aggregateType, aggregateId, merchantId, currency },
    };
    // What moves nothing leaves no entry: a later batch would not know of it either.
    if (movesMoney(fact)) this.set(one);
    else this.byEntry.set(entryId, one);
    return true;
  }

  private set(one: Known): void {
    this.byEntry.set(one.entryId, one);
    this.byEvent.set(eventKey(one.source, one.eventId), one);
    if (one.aggregateType !== 'payment') return;
    const payment = this.byPayment.get(one.aggregateId);
    if (payment) payment.push(one);
    else this.byPayment.set(one.aggregateId, [one]);
  }
}

const eventKey = (source: string, id: string): string => JSON.stringify([source, id]);

const otherContent = ({ name, data }: LedgerFact): string =>
  `${name} at revision ${data.revision} was booked before with other content; the entry stays`;

const otherFact = ({ name, event }: LedgerFact): string =>
  `the event id ${event.id} was booked before for another fact than this ${name}; the entry stays`;

const otherOwner = ({ name, data }: LedgerFact, { merchantId, currency }: Known): string =>
  `${name} at revision ${data.revision} says that the payment is ${data.merchantId}'s in ` +
  `${data.currency}; it was booked before as ${merchantId}'s in ${currency}; the entry stays`;

const otherCapture = ({ data }: LedgerFact): string =>
  `the payment was captured before, and is captured once; the capture at revision ${data.revision} ` +
  'is not booked';
