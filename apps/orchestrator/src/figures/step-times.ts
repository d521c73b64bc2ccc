/** How long steps take, by what became of them, of the newest sagas that have ended. */
import type { SagaInstance, StepInstance } from '#saga';

export interface StepTimes {
  readonly definition: string;
  readonly step: string;
  readonly outcome: 'done' | 'refused' | 'undone';
  /** From the last sending to the answer. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly count: number;
}

export function stepTimes(ended: readonly SagaInstance[]): StepTimes[] {
  const times = new Map<
    string,
    { of: Pick<StepTimes, 'definition' | 'step' | 'outcome'>; ms: number[] }
  >();
  for (const { definition, steps } of ended) {
    for (const [step, instance] of Object.entries(steps)) {
      const took = timeOf(instance);
      if (took === undefined) continue;
      const { outcome, ms } = took;
      const key = `${definition}\n${step}\n${outcome}`;
      const known = times.get(key) ?? { of: { definition, step, outcome }, ms: [] };
      known.ms.push(ms);
      times.set(key, known);
    }
  }
  return [...times.values()].map(({ of, ms }) => {
    const sorted = ms.toSorted((a, b) => a - b);
    return { ...of, p50Ms: rank(sorted, 0.5), p99Ms: rank(sorted, 0.99), count: ms.length };
  });
}

function timeOf({ state, command, undo, finishedAt }: StepInstance) {
  if (finishedAt === undefined) return undefined;
  const sentAt = state === 'undone' ? undo?.sentAt : command?.sentAt;
  if (sentAt === undefined || !isOutcome(state)) return undefined;
  return { outcome: state, ms: Math.max(0, finishedAt - sentAt) };
}

const isOutcome = (state: StepInstance['state']): state is StepTimes['outcome'] =>
  state === 'done' || state === 'refused' || state === 'undone';

/** The smallest of them that the share is at or below; nearest rank. */
const rank = (sorted: readonly number[], share: number): number =>
  sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
