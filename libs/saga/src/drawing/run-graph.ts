/** One run of a saga over its definition's graph: which links it went along, and where it is. */
import { stepsOf, type SagaDefinition } from '../definition.js';
import type { SagaInstance, StepInstance } from '../instance.js';
import type { HistoryEntry } from '../messages.js';
import {
  COMPENSATED,
  COMPLETED,
  partsOf,
  STARTED,
  undoNode,
  type Link,
} from './definition-graph.js';
import { diagramOf, type Look } from './diagram.js';

export interface GraphEdge {
  /** Names of nodes: a step, `<step>:undo`, `<step>:wait-<n>`, or an end. */
  readonly from: string;
  readonly to: string;
  readonly taken: boolean;
}

export interface RunGraph {
  readonly mermaid: string;
  readonly edges: readonly GraphEdge[];
}

/** @param history as far as it is there: it tells what the instance itself has forgotten */
export const graphOf = (
  definition: SagaDefinition,
  instance: SagaInstance,
  history: readonly HistoryEntry[],
): RunGraph => {
  const run = new Run(definition, instance, history);
  const edges = partsOf(definition).flatMap((part) =>
    'from' in part
      ? part.from.flatMap((from) =>
          part.to.map((to) => ({ from, to, taken: run.taken(part, from, to) })),
        )
      : [],
  );
  return { mermaid: diagramOf(definition, run), edges };
};

const LOOKS: Readonly<Record<StepInstance['state'], Look | undefined>> = {
  waiting: undefined,
  sent: 'out',
  pending: 'out',
  done: 'done',
  refused: 'failed',
  'in-doubt': 'failed',
  undoing: 'undone',
  undone: 'undone',
  skipped: 'skipped',
};

class Run {
  /** `<step> <state>` of all that it has been in. */
  private readonly been = new Set<string>();
  /** The last group that has begun; -1 when none has. */
  private readonly reached: number;

  constructor(
    private readonly definition: SagaDefinition,
    private readonly instance: SagaInstance,
    history: readonly HistoryEntry[],
  ) {
    for (const { changes = [] } of history) {
      for (const { step, to } of changes) this.been.add(`${step} ${to}`);
    }
    for (const [step, { state }] of Object.entries(instance.steps))
      this.been.add(`${step} ${state}`);
    this.reached = definition.groups.findLastIndex((group) =>
      group.some(({ name }) => this.begun(name)),
    );
  }

  readonly look = (node: string): Look | undefined => {
    const { state } = this.instance;
    if (node === STARTED) return state === 'awaiting-start' ? undefined : 'done';
    if (node === COMPLETED || node === COMPENSATED) return state === node ? 'done' : undefined;
    const undone = stepsOf(this.definition).find(({ name }) => undoNode(name) === node);
    if (undone) return this.lookOfUndo(undone.name);
    const step = this.instance.steps[node];
    return step && LOOKS[step.state];
  };

  readonly taken = ({ why }: Link, from: string, to: string): boolean => {
    switch (why.kind) {
      case 'forward':
        return this.passed(from) && this.passed(to);
      case 'back':
        return this.arrived(from) && this.arrived(to);
      case 'recall':
        return this.instance.steps[why.step]?.recall !== undefined;
      case 'silence':
        return this.been.has(`${why.step} in-doubt`) && this.arrived(to);
      case 'mended':
        return (this.instance.steps[why.step]?.command?.round ?? 1) > 1;
      default:
        return this.refusedBy(why.step, why.reply) && this.follows(why.kind, to);
    }
  };

  private follows(kind: 'compensate' | 'carry-on' | 'waits' | 'too-late', to: string): boolean {
    switch (kind) {
      case 'waits':
        return true;
      case 'carry-on':
        return this.passed(to);
      default:
        return this.arrived(to);
    }
  }

  private refusedBy(step: string, reply: string): boolean {
    return this.instance.steps[step]?.refusal?.name === reply;
  }

  private lookOfUndo(step: string): Look | undefined {
    const undo = this.instance.steps[step]?.undo;
    if (!undo) return undefined;
    if (undo.state === 'done') return 'undone';
    return undo.state === 'failed' ? 'failed' : 'out';
  }

  /** Whether the way back has come to this compensation, or to its end. */
  private arrived(node: string): boolean {
    if (node === COMPENSATED) return this.instance.state === COMPENSATED;
    return stepsOf(this.definition).some(
      ({ name }) => undoNode(name) === node && this.instance.steps[name]?.undo !== undefined,
    );
  }

  /** Whether the way forward has come through here: also past a step that was skipped. */
  private passed(node: string): boolean {
    if (node === STARTED) return this.instance.state !== 'awaiting-start';
    if (node === COMPLETED) return this.instance.state === COMPLETED;
    const group = this.definition.groups.findIndex((steps) =>
      steps.some(({ name }) => name === node),
    );
    return group < this.reached || this.begun(node) || this.instance.state === COMPLETED;
  }

  private begun(step: string): boolean {
    return (['sent', 'pending', 'done', 'refused', 'in-doubt'] as const).some((state) =>
      this.been.has(`${step} ${state}`),
    );
  }
}
