/**
 * What only a value shows: that everything a definition makes of its input fits the contracts it is
 * made for. Each example is led once through all steps, as if every one of them succeeded.
 */
import type { Reason } from '#contracts';
import {
  ownCompensation,
  stepsOf,
  type Compensation,
  type SagaDefinition,
  type Step,
} from './definition.js';
import type { SagaExample } from './example.js';
import { messageProblem, problemOf } from './fit.js';

type Complain = (what: string) => void;

const CAUSE: Reason = { code: 'example', message: 'what would have happened' };

/** All that does not fit, each naming definition, step and example; empty when all does. */
export const checkExamples = (definition: SagaDefinition): readonly string[] => {
  const { name, version, examples = [] } = definition;
  const title = `saga '${name}' v${version}`;
  const problems: string[] = [];
  const reached = new Set<string>();
  for (const example of examples) {
    const walk = new Walk(definition, example, (step, what) =>
      problems.push(`${title}, step '${step}', example '${example.about}': ${what}`),
    );
    const problem = problemOf(definition.input, example.input);
    if (problem !== undefined) {
      problems.push(`${title}, example '${example.about}': it is no input of it: ${problem}`);
    } else {
      for (const step of walk.run()) reached.add(step);
    }
  }
  if (problems.length > 0) return problems;
  for (const { name: step, command } of stepsOf(definition)) {
    if (!command || reached.has(step)) continue;
    problems.push(`${title}, step '${step}': no example shows that its payload fits its contract`);
  }
  return problems;
};

class Walk {
  private input: unknown;
  private readonly results: Record<string, unknown> = {};

  constructor(
    private readonly definition: SagaDefinition,
    private readonly example: SagaExample,
    private readonly complain: (step: string, what: string) => void,
  ) {}

  /** @returns the names of the steps that it came to */
  run(): string[] {
    this.input = this.definition.input.parse(this.example.input);
    return stepsOf(this.definition).flatMap((step) => (this.take(step) ? [step.name] : []));
  }

  private take(step: Step): boolean {
    const complain: Complain = (what) => this.complain(step.name, what);
    const { input, results } = this;
    try {
      if (step.when?.({ input, results }) === false) return false;
      this.checkCommand(step, complain);
      this.checkBack(ownCompensation(step), complain);
      this.checkBack(step.recall, complain);
      this.mend(step, complain);
      this.succeed(step, complain);
    } catch (error) {
      complain(`it throws: ${String(error)}`);
    }
    return true;
  }

  private checkCommand({ command, payload }: Step, complain: Complain): void {
    if (!command || !payload) return;
    const { input, results } = this;
    const problem = messageProblem(command.payload, payload({ input, results }));
    if (problem !== undefined) complain(misfit(command.name, problem));
  }

  private checkBack(back: Compensation | undefined, complain: Complain): void {
    if (!back) return;
    const { command, payload } = back;
    const problem = messageProblem(command.payload, payload({ input: this.input, cause: CAUSE }));
    if (problem !== undefined) complain(misfit(command.name, problem));
  }

  /** The better input goes on from here, as it would. */
  private mend(step: Step, complain: Complain): void {
    const data = this.example.mends?.[step.name];
    if (data === undefined) return;
    for (const reaction of Object.values(step.on ?? {})) {
      if (reaction.kind !== 'mend') continue;
      this.input = this.checkedInput(reaction.apply(this.input, data), 'its mend', complain);
      this.checkCommand(step, complain);
    }
  }

  private succeed({ name, command, on = {} }: Step, complain: Complain): void {
    if (!command) return;
    const given = this.example.results?.[name] ?? {};
    const successes = Object.entries(command.replies).filter(([, { kind }]) => kind === 'success');
    const fitting = successes.find(([, { data }]) => problemOf(data, given) === undefined);
    if (!fitting) {
      const [reply, contract] = successes[0] ?? [];
      const problem = contract && problemOf(contract.data, given);
      return complain(`its result does not fit '${reply ?? 'any success'}': ${problem}`);
    }
    const [reply, { data }] = fitting;
    const result = data.parse(given) as Readonly<Record<string, unknown>>;
    this.results[name] = result;
    const reaction = on[reply];
    if (reaction?.kind !== 'update') return;
    this.input = this.checkedInput(reaction.apply(this.input, result), `its '${reply}'`, complain);
  }

  private checkedInput(input: unknown, by: string, complain: Complain): unknown {
    const problem = problemOf(this.definition.input, input);
    if (problem !== undefined) complain(`the input that ${by} makes is none: ${problem}`);
    return input;
  }
}

const misfit = (command: string, problem: string): string =>
  `its payload does not fit '${command}': ${problem}`;
