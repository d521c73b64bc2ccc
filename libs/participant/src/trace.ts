import { spanBelow, within } from '#platform';
import { NotNowError } from './not-now-error.js';

export interface TracedEffect {
  /** Name of the workers. */
  readonly worker: string;
  readonly subject: string;
  /** Those who wait for it: addresses of commands. */
  readonly waiting: readonly unknown[];
}

/**
 * A run of an effect, below the command that wants it, with the calls to others that it makes. An
 * effect outlives the message that asked for it; its trace is found with those who wait for the answer.
 */
export async function traceEffect<T>(
  { worker, subject, waiting }: TracedEffect,
  run: () => Promise<T>,
): Promise<T> {
  const span = spanBelow(traceOf(waiting), () => ({
    name: `effect ${worker}`,
    kind: 'internal',
    attributes: { 'effect.worker': worker, 'effect.subject': subject },
  }));
  if (span === undefined) return run();
  try {
    return await within(span, run);
  } catch (error) {
    // That it makes no sense now is no failure.
    if (error instanceof NotNowError) span.set({ 'effect.not_now': error.message });
    else span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}

/** Of the last one that has a trace: an earlier one may be long answered, and asks again. */
function traceOf(waiting: readonly unknown[]): string | undefined {
  if (waiting.length === 0) return undefined;
  const traces = waiting.map((to) => (to as { traceparent?: unknown } | null)?.traceparent);
  return traces.findLast((trace) => typeof trace === 'string');
}
