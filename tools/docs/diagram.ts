/** A definition as a Mermaid flowchart: the way forward, the ways back, and what leads to them. */
import { coverOf, ownCompensation, stepsOf, type SagaDefinition, type Step } from '#saga';
import { windowText } from './tables.js';

const COMPLETED = 'completed';
const COMPENSATED = 'compensated';

const quoted = (...lines: string[]): string => `"${lines.join('<br/>').replaceAll('"', "'")}"`;

/** The flowchart's text, without a fence. */
export const diagramOf = (definition: SagaDefinition): string =>
  new Diagram(definition).lines().join('\n');

class Diagram {
  private readonly steps: readonly Step[];

  constructor(private readonly definition: SagaDefinition) {
    this.steps = stepsOf(definition);
  }

  lines(): string[] {
    const { groups } = this.definition;
    return [
      'flowchart TD',
      '  started(["started"])',
      ...groups.flatMap((group, index) => this.group(group, `g${index}`, this.node)),
      `  ${COMPLETED}(["completed"])`,
      ...groups.toReversed().flatMap((group, index) =>
        this.group(
          group.filter((step) => ownCompensation(step) !== undefined),
          `u${groups.length - 1 - index}`,
          this.undoNode,
        ),
      ),
      `  ${COMPENSATED}(["compensated"])`,
      ...this.forward(),
      ...this.back(),
      ...groups.flatMap((group, index) => group.flatMap((step) => this.answers(step, index))),
      ...this.styles(),
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
    const label = quoted(title, ...(command ? [command.name] : []));
    if (kind === 'pivot')
      return `${indent}${this.id(step)}{{${quoted(`pivot: ${title}`, command?.name ?? '')}}}`;
    return kind === 'local'
      ? `${indent}${this.id(step)}(${label})`
      : `${indent}${this.id(step)}[${label}]`;
  };

  private readonly undoNode = (step: Step, indent: string): string => {
    const covered = this.steps.filter((other) => coverOf(other) === step.name);
    const undone = [step, ...covered].map(({ name }) => name).join(', ');
    const command = ownCompensation(step)?.command.name ?? '';
    return `${indent}${this.undoId(step)}[/${quoted(command, `undoes ${undone}`)}/]`;
  };

  private forward(): string[] {
    const stations = [
      ['started'],
      ...this.definition.groups.map((group) => group.map((step) => this.id(step))),
      [COMPLETED],
    ];
    return stations.slice(1).map((station, index) => {
      const before = stations[index] ?? [];
      return `  ${before.join(' & ')} ==> ${station.join(' & ')}`;
    });
  }

  /** From each group's compensations to those of the group before it. */
  private back(): string[] {
    return this.definition.groups.flatMap((_, index) => {
      const undos = this.undosOf(index);
      return undos.length === 0
        ? []
        : [`  ${undos.join(' & ')} --> ${this.backFrom(index).join(' & ')}`];
    });
  }

  private answers(step: Step, index: number): string[] {
    const { on = {}, kind, command } = step;
    const id = this.id(step);
    const lines: string[] = [];
    const back = this.backFrom(index, step).join(' & ');
    for (const [reply, reaction] of Object.entries(on)) {
      if (reaction.kind === 'compensate') lines.push(`  ${id} -->|${quoted(reply)}| ${back}`);
      if (reaction.kind === 'carry-on') {
        const next = this.definition.groups[index + 1]?.map((other) => this.id(other));
        const target = next?.join(' & ') ?? COMPLETED;
        lines.push(`  ${id} -->|${quoted(reply, 'goes on without')}| ${target}`);
      }
      if (reaction.kind === 'mend') {
        const wait = `${id}m${lines.length}`;
        const label = quoted(`waits ${windowText(reaction)}`, 'for a better input');
        lines.push(`  ${wait}(${label})`);
        lines.push(`  ${id} -->|${quoted(reply)}| ${wait}`);
        lines.push(`  ${wait} -->|"mended"| ${id}`, `  ${wait} -.->|"too late"| ${back}`);
      }
    }
    if (step.recall)
      lines.push(`  ${id} -->|${quoted('cancelled', step.recall.command.name)}| ${id}`);
    if (kind === 'compensable' && command) {
      const undo = ownCompensation(step) ? this.undoId(step) : back;
      lines.push(`  ${id} -.->|"no answer"| ${undo}`);
    }
    return lines;
  }

  private styles(): string[] {
    const undos = this.definition.groups.flatMap((_, index) => this.undosOf(index));
    const pivots = this.steps.filter(({ kind }) => kind === 'pivot').map((step) => this.id(step));
    return [
      ...(pivots.length > 0
        ? ['  classDef pivot stroke-width:4px', `  class ${pivots.join(',')} pivot`]
        : []),
      ...(undos.length > 0
        ? ['  classDef undo stroke-dasharray:5 5', `  class ${undos.join(',')} undo`]
        : []),
    ];
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
    const group = this.definition.groups[index] ?? [];
    return group
      .filter((step) => step !== except && ownCompensation(step) !== undefined)
      .map((step) => this.undoId(step));
  }

  private id(step: Step): string {
    return `s${this.steps.indexOf(step)}`;
  }

  private undoId(step: Step): string {
    return `c${this.steps.indexOf(step)}`;
  }
}
