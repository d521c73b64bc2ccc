/** When batches begin of their own accord. */

export interface Slot {
  readonly batchId: string;
  readonly cutoff: Date;
}

/**
 * The latest moment at which a batch was to begin: one missed is made up for by the next, for a batch
 * settles all that fell due before. Replicas mean the same batch by it.
 * @param everyMs 0: never
 */
export function latestSlot(now: Date, everyMs: number): Slot | undefined {
  if (everyMs === 0) return undefined;
  const cutoff = new Date(Math.floor(now.getTime() / everyMs) * everyMs);
  return { batchId: `at-${cutoff.toISOString()}`, cutoff };
}
