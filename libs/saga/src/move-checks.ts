/** What a version says about the instances of older ones, held against the steps that there are. */
import { stepsOf, type SagaDefinition } from './definition.js';
import type { VersionMapping } from './version-mapping.js';

type ComplainOf = (step: string, problem: string) => void;

/**
 * All that is wrong with `movesFrom`. Names of old steps can be checked where the old version is
 * known; without it no instance can be moved either.
 */
export const checkMoves = (
  definition: SagaDefinition,
  others: readonly SagaDefinition[],
): readonly string[] => {
  const { name, version, movesFrom = [] } = definition;
  const title = `saga '${name}' v${version}`;
  const problems: string[] = [];
  const seen = new Set<number>();
  for (const mapping of movesFrom) {
    const { from } = mapping;
    if (!(Number.isInteger(from) && from < version)) {
      problems.push(`${title} moves from v${from}, which is not older`);
    }
    if (seen.has(from)) problems.push(`${title} moves from v${from} twice`);
    seen.add(from);
    const older = others.find((other) => other.name === name && other.version === from);
    checkMapping(mapping, namesOf(definition), older && namesOf(older), (step, problem) =>
      problems.push(`${title}, step '${step}': ${problem}`),
    );
  }
  for (const { step, by, from } of givenUpBefore(definition, others)) {
    problems.push(`${title}, step '${step}': v${by} has given up that name, of a step of v${from}`);
  }
  return problems;
};

/**
 * Steps under a name that an earlier version has renamed or dropped. Ids of commands are made from
 * names: of an instance that has come through that version, a participant would take the new step's
 * command for the old one's.
 */
const givenUpBefore = (
  definition: SagaDefinition,
  others: readonly SagaDefinition[],
): { readonly step: string; readonly by: number; readonly from: number }[] => {
  const names = namesOf(definition);
  return others
    .filter(({ name, version }) => name === definition.name && version < definition.version)
    .flatMap(({ version: by, movesFrom = [] }) =>
      movesFrom.flatMap(({ from, renamed = {}, dropped = [] }) =>
        [...Object.keys(renamed), ...dropped]
          .filter((step) => names.has(step))
          .map((step) => ({ step, by, from })),
      ),
    );
};

const namesOf = (definition: SagaDefinition): ReadonlySet<string> =>
  new Set(stepsOf(definition).map(({ name }) => name));

const checkMapping = (
  { from, renamed = {}, dropped = [], skipped = [] }: VersionMapping,
  names: ReadonlySet<string>,
  old: ReadonlySet<string> | undefined,
  complain: ComplainOf,
): void => {
  for (const [before, after] of Object.entries(renamed)) {
    if (!names.has(after)) complain(after, `v${from} has it as '${before}', and it does not exist`);
    if (dropped.includes(before)) complain(before, `it is both renamed and dropped from v${from}`);
  }
  for (const step of skipped) {
    if (!names.has(step)) complain(step, `it is skipped after v${from}, and does not exist`);
  }
  // Ids of commands are made from names: a participant would take the one for the other.
  for (const before of [...Object.keys(renamed), ...dropped]) {
    if (names.has(before)) complain(before, `v${from} had another of that name, which moved here`);
  }
  const unknown = old ? [...Object.keys(renamed), ...dropped].filter((step) => !old.has(step)) : [];
  for (const step of unknown) complain(step, `v${from} has no such step to rename or drop`);
  // Two that become one would lose what the first of them has done.
  const becomes = new Map<string, string>();
  for (const before of old ?? Object.keys(renamed)) {
    if (dropped.includes(before)) continue;
    const after = renamed[before] ?? before;
    const first = becomes.get(after);
    if (first !== undefined)
      complain(after, `both '${first}' and '${before}' of v${from} become it`);
    becomes.set(after, before);
  }
};
