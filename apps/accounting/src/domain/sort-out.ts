/** Which facts are new, and which contradict what was told before. Pure. */
import type { LedgerFact } from './facts.js';

export interface Candidate {
  readonly fact: LedgerFact;
  readonly entryId: string;
  readonly content: string;
}

/** A fact that was booked. */
interface Known {
  readonly entryId: string;
  readonly source: string;
  readonly eventId: string;
  readonly content: string;
}

export interface Contradiction extends Candidate {
  /** The entry that stays as it is. */
  readonly knownId: string;
  readonly reason: string;
}

/** A repetition is neither. Of several in one batch the first one counts. */
export function sortOut(
  candidates: readonly Candidate[],
  known: readonly Known[],
): { readonly fresh: LedgerFact[]; readonly contradictions: Contradiction[] } {
  const byEntry = new Map(known.map((one) => [one.entryId, one]));
  const byEvent = new Map(known.map((one) => [eventKey(one.source, one.eventId), one]));
  const fresh: LedgerFact[] = [];
  const contradictions: Contradiction[] = [];
  for (const candidate of candidates) {
    const { fact, entryId, content } = candidate;
    const key = eventKey(fact.event.source, fact.event.id);
    const same = byEntry.get(entryId);
    const named = byEvent.get(key);
    if (same && same.content !== content) {
      contradictions.push({ ...candidate, knownId: same.entryId, reason: otherContent(fact) });
    } else if (!same && named) {
      contradictions.push({ ...candidate, knownId: named.entryId, reason: otherFact(fact) });
    } else if (!same) {
      const one = { entryId, source: fact.event.source, eventId: fact.event.id, content };
      byEntry.set(entryId, one);
      byEvent.set(key, one);
      fresh.push(fact);
    }
  }
  return { fresh, contradictions };
}

const eventKey = (source: string, id: string): string => JSON.stringify([source, id]);

const otherContent = ({ name, data }: LedgerFact): string =>
  `${name} at revision ${data.revision} was booked before with other content; the entry stays`;

const otherFact = ({ name, event }: LedgerFact): string =>
  `the event id ${event.id} was booked before for another fact than this ${name}; the entry stays`;
