/** A definition as nodes and links: the way forward, the ways back, and what leads to them. */
import {
  coverOf,
  ownCompensation,
  stepsOf,
  type SagaDefinition,
  type Step,
} from '../definition.js';
import { windowText } from './window.js';

export const STARTED = 'started';
export const COMPLETED = 'completed';
export const COMPENSATED = 'compensated';

/** Nodes are called by the names of their steps; a compensation as its command's id ends. */
export const undoNode = (step: string): string => `${step}:undo`;

/** What leads along a link; of an answer, which one of which step. */
export type Why =
  | { readonly kind: 'forward' | 'back' }
  | {
      readonly kind: 'compensate' | 'carry-on' | 'waits' | 'mended' | 'too-late';
      readonly step: string;
      readonly reply: string;
    }
  | { readonly kind: 'recall' | 'silence'; readonly step: string };

export interface Link {
  /** From each of these to each of those. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly why: Why;
  /** Lines. */
  readonly label: readonly string[];
}

/** A step that was refused waits here for a better input. */
export interface WaitNode {
  readonly wait: string;
  readonly label: readonly string[];
}

export type Part = Link | WaitNode;

/** Links in the order they are drawn in, each node of its own kind before what leads to it. */
export const partsOf = (definition: SagaDefinition): readonly Part[] => {
  const graph = new DefinitionGraph(definition);
  return [...graph.forward(), ...graph.back(), ...graph.answers()];
};

/** The steps whose compensations undo this group, and themselves have one. */
export const undoersOf = (group: readonly Step[]): readonly Step[] =>
  group.filter((step) => ownCompensation(step) !== undefined);

/** All that a compensation undoes: its own step, and those that it covers. */
export const undoneBy = (definition: SagaDefinition, step: Step): readonly string[] => [
  step.name,
  ...stepsOf(definition)
    .filter((other) => coverOf(other) === step.name)
    .map(({ name }) => name),
];

class DefinitionGraph {
  constructor(private readonly definition: SagaDefinition) {}

  forward(): Link[] {
    const stations = [
      [STARTED],
      ...this.definition.groups.map((group) => group.map(({ name }) => name)),
      [COMPLETED],
    ];
    return stations
      .slice(1)
      .map((to, index) => link(stations[index] as string[], to, { kind: 'forward' }));
  }

  /** From each group's compensations to those of the group before it. */
  back(): Link[] {
    return this.definition.groups.flatMap((_, index) => {
      const undos = this.undosOf(index);
      return undos.length === 0 ? [] : [link(undos, this.backFrom(index), { kind: 'back' })];
    });
  }

  answers(): Part[] {
    return this.definition.groups.flatMap((group, index) =>
      group.flatMap((step) => this.answersOf(step, index)),
    );
  }

  private answersOf(step: Step, index: number): Part[] {
    const { name, on = {}, kind, command, recall } = step;
    const parts: Part[] = [];
    const back = this.backFrom(index, step);
    for (const [reply, reaction] of Object.entries(on)) {
      const why = { step: name, reply };
      if (reaction.kind === 'compensate') {
        parts.push(link([name], back, { kind: 'compensate', ...why }, reply));
      }
      if (reaction.kind === 'carry-on') {
        const next = this.definition.groups[index + 1]?.map((other) => other.name) ?? [COMPLETED];
        parts.push(link([name], next, { kind: 'carry-on', ...why }, reply, 'goes on without'));
      }
      if (reaction.kind === 'mend') {
        const wait = `${name}:wait-${parts.length}`;
        parts.push(
          { wait, label: [`waits ${windowText(reaction)}`, 'for a better input'] },
          link([name], [wait], { kind: 'waits', ...why }, reply),
          link([wait], [name], { kind: 'mended', ...why }, 'mended'),
          link([wait], back, { kind: 'too-late', ...why }, 'too late'),
        );
      }
    }
    if (recall) {
      const why = { kind: 'recall', step: name } as const;
      parts.push(link([name], [name], why, 'cancelled', recall.command.name));
    }
    if (kind === 'compensable' && command) {
      const undo = ownCompensation(step) ? [undoNode(name)] : back;
      parts.push(link([name], undo, { kind: 'silence', step: name }, 'no answer'));
    }
    return parts;
  }

  /** What is undone first when the saga turns around at this step, or after this group's undo. */
  private backFrom(index: number, refused?: Step): string[] {
    const beside = refused ? this.undosOf(index, refused) : [];
    if (beside.length > 0) return beside;
    for (let earlier = index - 1; earlier >= 0; earlier -= 1) {
      const undos = this.undosOf(earlier);
      if (undos.length > 0) return undos;
    }
    return [COMPENSATED];
  }

  private undosOf(index: number, except?: Step): string[] {
    const group = this.definition.groups[index] as readonly Step[];
    return undoersOf(group)
      .filter((step) => step !== except)
      .map(({ name }) => undoNode(name));
  }
}

const link = (
  from: readonly string[],
  to: readonly string[],
  why: Why,
  ...label: string[]
): Link => ({ from, to, why, label });
