/** What a definition and the core's table say, as Markdown tables. */
import {
  coverOf,
  defaultTiming,
  durationText,
  ownCompensation,
  sagaStates,
  stepsOf,
  transitions,
  windowText,
  type Reaction,
  type SagaDefinition,
  type SagaMessage,
  type Step,
  type StepTiming,
} from '#saga';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

const code = (text: string): string => `\`${text}\``;
const lines = (parts: readonly string[]): string => parts.join('<br/>');

export const stepTable = (definition: SagaDefinition): string =>
  table(
    ['step', 'kind', 'command', 'replies', 'timing', 'compensation'],
    stepsOf(definition).map((step) => [
      code(step.name),
      kindText(step, definition),
      step.command ? `${code(step.command.name)} v${step.command.version}` : '',
      repliesText(step),
      timingText(step),
      compensationText(step),
    ]),
  );

const kindText = (step: Step, { groups }: SagaDefinition): string => {
  const beside = groups.find((group) => group.includes(step))?.filter((other) => other !== step);
  return lines([
    step.kind === 'pivot' ? '**pivot**' : step.kind,
    ...(step.when ? ['conditional'] : []),
    ...(beside && beside.length > 0 ? [`beside ${beside.map(({ name }) => name).join(', ')}`] : []),
  ]);
};

const repliesText = ({ command, on = {} }: Step): string =>
  lines(
    Object.keys(command?.replies ?? {}).map((name) => {
      const reaction = on[name];
      return reaction ? `${code(name)}: ${reactionText(reaction)}` : code(name);
    }),
  );

const reactionText = (reaction: Reaction): string => {
  switch (reaction.kind) {
    case 'compensate':
      return 'undoes what was done';
    case 'carry-on':
      return 'goes on without';
    case 'mend':
      return `waits ${windowText(reaction)} for a better input`;
    case 'update':
      return 'changes the input';
  }
};

const timingText = (step: Step): string => {
  if (!step.command) return '';
  const own = Object.keys(defaultTiming).some((key) => step[key as keyof StepTiming] !== undefined);
  return own ? describeTiming({ ...defaultTiming, ...timingOnly(step) }) : 'default';
};

const timingOnly = (step: Step): StepTiming => ({
  ...(step.timeoutMs !== undefined && { timeoutMs: step.timeoutMs }),
  ...(step.attempts !== undefined && { attempts: step.attempts }),
  ...(step.backoff !== undefined && { backoff: step.backoff }),
  ...(step.backoffMaxMs !== undefined && { backoffMaxMs: step.backoffMaxMs }),
  ...(step.pendingMs !== undefined && { pendingMs: step.pendingMs }),
});

export const describeTiming = (timing: Required<StepTiming>): string => {
  const { timeoutMs, attempts, backoff, backoffMaxMs, pendingMs } = timing;
  const growth = backoff === 'fixed' ? '' : `, doubling up to ${durationText(backoffMaxMs)}`;
  return `${attempts} sendings, ${durationText(timeoutMs)} apart${growth}; pending up to ${durationText(pendingMs)}`;
};

const compensationText = (step: Step): string => {
  const cover = coverOf(step);
  if (cover !== undefined) return `by that of ${code(cover)}`;
  const { recall } = step;
  if (recall) return `called back by ${code(recall.command.name)} v${recall.command.version}`;
  const own = ownCompensation(step)?.command;
  return own ? `${code(own.name)} v${own.version}` : 'none';
};

export const stateTable = (): string => {
  const kinds = Object.keys(transitions.running) as SagaMessage['kind'][];
  return table(
    ['message', ...sagaStates.map(code)],
    kinds.map((kind) => [
      code(kind),
      ...sagaStates.map((state) => {
        const entry = transitions[state][kind];
        return entry.treatment === 'handled' ? '**handled**' : entry.why;
      }),
    ]),
  );
};
