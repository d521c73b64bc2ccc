/** The effect ledger: what participants moved because of the saga, by absolute totals. */
import type { LedgerEntry } from './instance.js';

/** Effects that do not net to zero: something is still out, or more came back than went. */
export const openEffects = (
  ledger: Readonly<Record<string, LedgerEntry>>,
): readonly LedgerEntry[] =>
  Object.values(ledger).filter((effect) => effect.taken !== effect.returned);
