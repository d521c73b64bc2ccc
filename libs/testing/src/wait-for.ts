export interface WaitOptions {
  /** What is waited for, as it should read after "Waited … for ". */
  what: string;
  /** Default 120,000: only what hangs fails by the clock. */
  timeoutMs?: number;
  /** Pause between two looks; default 50. */
  intervalMs?: number;
}

/**
 * Looks again and again until `condition` gives something truthy, and returns that. A condition
 * that throws counts as "not yet"; the last error or value is named when time runs out.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { what, timeoutMs = 120_000, intervalMs = 50 }: WaitOptions,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  let last: string;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      last = `last seen: ${JSON.stringify(value) ?? 'undefined'}`;
    } catch (error) {
      last = `last error: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (Date.now() >= deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}; ${last}`);
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
