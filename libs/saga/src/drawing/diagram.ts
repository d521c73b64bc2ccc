/** A definition as a Mermaid flowchart; of one of its runs, with the way it went lit up. */
import { ownCompensation, stepsOf, type SagaDefinition, type Step } from '../definition.js';
import {
  COMPENSATED,
  COMPLETED,
  partsOf,
  STARTED,
  undoersOf,
  undoneBy,
  undoNode,
  type Link,
  type WaitNode,
} from './definition-graph.js';

/** What of a diagram a run has come through. */
export interface Lit {
  /** By the node's name. */
  readonly look: (node: string) => Look | undefined;
  readonly taken: (link: Link, from: string, to: string) => boolean;
}

/** How a node is drawn, in every theme: by its line alone. */
const LOOKS = {
  done: 'stroke:#2e7d32,stroke-width:3px',
  out: 'stroke:#1565c0,stroke-width:4px',
  failed: 'stroke:#c62828,stroke-width:3px',
  undone: 'stroke:#8a6d00,stroke-width:3px',
  skipped: 'opacity:0.5',
} as const;
export type Look = keyof typeof LOOKS;

const quoted = (...lines: readonly string[]): string =>
  `"${lines.join('<br/>').replaceAll('"', "'")}"`;

/** The flowchart's text, without a fence. */
export const diagramOf = (definition: SagaDefinition, lit?: Lit): string =>
  new Diagram(definition, lit).lines().join('\n');

const ARROWS = { forward: '==>', back: '-->', silence: '-.->', 'too-late': '-.->' } as const;

const arrowOf = ({ why: { kind }, label }: Link): string => {
  const arrow = kind in ARROWS ? ARROWS[kind as keyof typeof ARROWS] : '-->';
  return label.length === 0 ? arrow : `${arrow}|${quoted(...label)}|`;
};

class Diagram {
  private readonly steps: readonly Step[];
  /** Of Mermaid, by the node's name. */
  private readonly ids = new Map<string, string>();
  private readonly links: readonly Link[];
  private readonly waits: readonly WaitNode[];

  constructor(
    private readonly definition: SagaDefinition,
    private readonly lit: Lit | undefined,
  ) {
    this.steps = stepsOf(definition);
    for (const end of [STARTED, COMPLETED, COMPENSATED]) this.ids.set(end, end);
    this.steps.forEach(({ name }, index) => {
      this.ids.set(name, `s${index}`);
      this.ids.set(undoNode(name), `c${index}`);
    });
    const parts = partsOf(definition);
    this.links = parts.filter((part) => 'from' in part);
    this.waits = parts.filter((part) => 'wait' in part);
    this.waits.forEach(({ wait }, index) => this.ids.set(wait, `w${index}`));
  }

  lines(): string[] {
    const { groups } = this.definition;
    return [
      'flowchart TD',
      `  ${STARTED}(["${STARTED}"])`,
      ...groups.flatMap((group, index) => this.group(group, `g${index}`, this.node)),
      `  ${COMPLETED}(["${COMPLETED}"])`,
      ...groups
        .toReversed()
        .flatMap((group, index) =>
          this.group(undoersOf(group), `u${groups.length - 1 - index}`, this.undoNode),
        ),
      `  ${COMPENSATED}(["${COMPENSATED}"])`,
      ...this.waits.map(({ wait, label }) => `  ${this.id(wait)}(${quoted(...label)})`),
      ...this.links.map(
        (link) => `  ${this.idsOf(link.from)} ${arrowOf(link)} ${this.idsOf(link.to)}`,
      ),
      ...this.styles(),
      ...(this.lit ? this.lights(this.lit) : []),
    ];
  }

  private group(
    group: readonly Step[],
    id: string,
    node: (step: Step, indent: string) => string,
  ): string[] {
    if (group.length <= 1) return group.map((step) => node(step, '  '));
    return [
      `  subgraph ${id} ["side by side"]`,
      ...group.map((step) => node(step, '    ')),
      '  end',
    ];
  }

  private readonly node = (step: Step, indent: string): string => {
    const { name, kind, command, when } = step;
    const title = when ? `${name}, or skipped` : name;
    const lines = [
      kind === 'pivot' ? `pivot: ${title}` : title,
      ...(command ? [command.name] : []),
    ];
    const label = quoted(...lines);
    const shape =
      kind === 'pivot' ? `{{${label}}}` : kind === 'local' ? `(${label})` : `[${label}]`;
    return `${indent}${this.id(name)}${shape}`;
  };

  private readonly undoNode = (step: Step, indent: string): string => {
    const undone = undoneBy(this.definition, step).join(', ');
    // Only those that have one are drawn.
    const command = ownCompensation(step)?.command.name as string;
    return `${indent}${this.id(undoNode(step.name))}[/${quoted(command, `undoes ${undone}`)}/]`;
  };

  private styles(): string[] {
    const undos = undoersOf(this.steps).map(({ name }) => undoNode(name));
    const pivots = this.steps.filter(({ kind }) => kind === 'pivot').map(({ name }) => name);
    return [
      ...this.styled('pivot', 'stroke-width:4px', pivots),
      ...this.styled('undo', 'stroke-dasharray:5 5', undos),
    ];
  }

  private lights({ look, taken }: Lit): string[] {
    const nodes = [...this.ids.keys()];
    // Mermaid numbers links one by one, in the order in which they are written.
    const each = this.links.flatMap((link) =>
      link.from.flatMap((from) => link.to.map((to) => taken(link, from, to))),
    );
    const numbers = each.flatMap((isTaken, index) => (isTaken ? [index] : []));
    return [
      ...Object.entries(LOOKS).flatMap(([name, style]) =>
        this.styled(
          name,
          style,
          nodes.filter((node) => look(node) === name),
        ),
      ),
      ...(numbers.length > 0 ? [`  linkStyle ${numbers.join(',')} stroke:#1565c0`] : []),
    ];
  }

  private styled(name: string, style: string, nodes: readonly string[]): string[] {
    if (nodes.length === 0) return [];
    const ids = nodes.map((node) => this.id(node)).join(',');
    return [`  classDef ${name} ${style}`, `  class ${ids} ${name}`];
  }

  private idsOf(names: readonly string[]): string {
    return names.map((name) => this.id(name)).join(' & ');
  }

  private id(name: string): string {
    return this.ids.get(name) as string;
  }
}
