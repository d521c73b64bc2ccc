/** Definitions as people and scripts read them. */
import {
  coverOf,
  defaultTiming,
  diagramOf,
  graphOf,
  newInstance,
  ownCompensation,
  timingOf,
  type Reaction,
  type SagaDefinition,
  type Step,
} from '#saga';
import type { VersionCount } from '#saga-store';

/** All versions there are, of code or of live sagas, by definition. */
export function definitionList(known: readonly SagaDefinition[], counts: readonly VersionCount[]) {
  const names = [
    ...new Set(
      [...known, ...counts.map((one) => ({ name: one.definition }))].map(({ name }) => name),
    ),
  ].sort();
  return names.map((name) => {
    const versions = new Set([
      ...known.filter((one) => one.name === name).map(({ version }) => version),
      ...counts.filter(({ definition }) => definition === name).map(({ version }) => version),
    ]);
    const isKnown = (version: number): boolean =>
      known.some((one) => one.name === name && one.version === version);
    return {
      name,
      versions: [...versions]
        .toSorted((a, b) => b - a)
        .map((version) => ({
          version,
          known: isKnown(version),
          live: Object.fromEntries(
            counts
              .filter((one) => one.definition === name && one.version === version)
              .map(({ state, count }) => [state, count]),
          ),
        })),
    };
  });
}

export const definitionView = (definition: SagaDefinition) => {
  const { name, version, groups, movesFrom = [] } = definition;
  return {
    ...{ name, version },
    movesFrom: movesFrom.map(({ from }) => from),
    steps: groups.flatMap((group, index) => group.map((step) => stepView(step, index))),
    mermaid: diagramOf(definition),
    edges: linksOf(definition),
  };
};

/** As of a saga that has not begun. */
function linksOf(definition: SagaDefinition) {
  const { name, version } = definition;
  const head = { id: '', definition: name, version, businessKey: '', now: 0 };
  return graphOf(definition, newInstance(head), []).edges.map(({ from, to }) => ({ from, to }));
}

const contractOf = ({ name, version, participant }: NonNullable<Step['command']>) => ({
  ...{ name, version, participant },
});

function stepView(step: Step, group: number) {
  const { name, kind, command, when, on = {}, recall } = step;
  const own = ownCompensation(step);
  const coveredBy = coverOf(step);
  return {
    ...{ step: name, kind, group, conditional: when !== undefined },
    ...(command && {
      command: contractOf(command),
      replies: Object.entries(command.replies).map(([reply, { kind: of }]) => ({
        ...{ reply, kind: of },
        ...(on[reply] && reactionView(on[reply])),
      })),
      timing: timingOf(step, defaultTiming),
    }),
    ...(own && { compensation: contractOf(own.command) }),
    ...(coveredBy !== undefined && { coveredBy }),
    ...(recall && { recall: contractOf(recall.command) }),
  };
}

const reactionView = (reaction: Reaction) => ({
  reaction: reaction.kind,
  // of others the input says how long
  ...(reaction.kind === 'mend' &&
    typeof reaction.windowMs === 'number' && { windowMs: reaction.windowMs }),
});
