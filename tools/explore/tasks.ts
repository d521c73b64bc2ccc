/** What is to be explored: each saga from each of its examples, as far as a minute goes. */
import type { SagaDefinition } from '#saga';
import type { Bounds } from './arguments.js';

export interface Task {
  /** Of the definition, among all of them. */
  readonly index: number;
  /** Of its example. */
  readonly example: number;
  readonly bounds: Bounds;
  readonly faults: number;
}

/** How much may go wrong in a run that is explored within a minute, where that is more than three. */
const FAULTS: Readonly<Record<string, number>> = {
  'return-order': 4,
  'refund-lost-parcel': 5,
  withdraw: 4,
};
const LEAST_FAULTS = 3;
/** With people, what they do among it, where that is less than three. */
const FAULTS_WITH_PEOPLE: Readonly<Record<string, number>> = { 'place-order': 2 };

/** @throws Error for a saga without an example: there is nothing to begin with */
export const tasksOf = (
  sagas: readonly SagaDefinition[],
  {
    names,
    allVersions,
    bounds,
  }: { names: readonly string[]; allVersions: boolean; bounds: Bounds },
): Task[] =>
  sagas.flatMap(({ name, version, examples = [] }, index): Task[] => {
    const isNewest = sagas.every((one) => one.name !== name || one.version <= version);
    if (!(names.length === 0 || names.includes(name)) || !(allVersions || isNewest)) return [];
    if (examples.length === 0) throw new Error(`'${name}' v${version} has no example to explore`);
    const usual = bounds.people ? FAULTS_WITH_PEOPLE : FAULTS;
    const faults = bounds.faults ?? usual[name] ?? LEAST_FAULTS;
    return examples.map((_, example) => ({ index, example, bounds, faults }));
  });

/** `place-order v3, paid by transfer`. */
export const titleOf = (sagas: readonly SagaDefinition[], { index, example }: Task): string => {
  const { name, version, examples = [] } = sagas[index] as SagaDefinition;
  return `${name} v${version}, ${examples[example]?.about}`;
};
