/** How many sagas are at each step of a definition, in the order of its steps. */
import type { Figures, StepTime } from '../api/types.js';

export interface FlowStep {
  readonly step: string;
  readonly counts: readonly { readonly state: string; readonly count: number }[];
  readonly time?: StepTime;
}

export interface Flow {
  readonly definition: string;
  readonly live: number;
  readonly compensating: number;
  readonly attention: number;
  readonly steps: readonly FlowStep[];
}

/** @param order steps of each definition, as far as they are known; others come after them */
export function flowsOf(
  { live, attention, at, steps: times }: Figures,
  order: ReadonlyMap<string, readonly string[]>,
): Flow[] {
  const names = [...new Set([...order.keys(), ...live.map(({ definition }) => definition)])];
  return names
    .map((definition) => {
      const mine = live.filter((one) => one.definition === definition);
      const of = (state: string): number => sum(mine.filter((one) => one.state === state));
      const counts = (at ?? []).filter((one) => one.definition === definition);
      const known = order.get(definition) ?? [];
      const steps = [...new Set([...known, ...counts.map(({ step }) => step)])];
      return {
        definition,
        live: sum(mine),
        compensating: of('compensating'),
        attention: sum(attention.filter((one) => one.definition === definition)),
        steps: steps.map((step) => {
          const time = times?.find(
            (one) => one.definition === definition && one.step === step && one.outcome === 'done',
          );
          return {
            step,
            counts: counts.filter((one) => one.step === step),
            ...(time && { time }),
          };
        }),
      };
    })
    .toSorted((a, b) => b.live - a.live || a.definition.localeCompare(b.definition));
}

const sum = (counts: readonly { readonly count: number }[]): number =>
  counts.reduce((total, { count }) => total + count, 0);

export const liveIn = ({ live }: Figures, state?: string): number =>
  sum(live.filter((one) => state === undefined || one.state === state));

export const needingPerson = ({ attention }: Figures): number => sum(attention);
