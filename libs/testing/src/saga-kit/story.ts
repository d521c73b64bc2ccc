/** What has happened so far, told when an expectation fails, so that nobody needs a debugger. */
import {
  stepsOf,
  type Command,
  type HistoryEntry,
  type SagaDefinition,
  type SagaInstance,
} from '#saga';

/** A command as the kit has seen it go out. */
export interface Sent extends Command {
  readonly way: 'command' | 'compensation' | 'recall';
}

/** How one command is called, in the story and in what was expected. */
export const sentName = (way: Sent['way'], step: string, sending = 1): string => {
  const name = way === 'command' ? step : `the ${way} of ${step}`;
  return sending === 1 ? name : `${name} again (sending ${sending})`;
};

export const nameOf = ({ way, step, resend }: Sent): string => sentName(way, step, resend + 1);

/** Long enough for what matters, short enough for a line. */
const MAX_DATA = 160;
/** A day of resends is a long story; its beginning and its end tell it. */
const MAX_DETAILS = 8;

export const dataText = (data: unknown): string => {
  const text = JSON.stringify(data) ?? '';
  return text.length > MAX_DATA ? `${text.slice(0, MAX_DATA)}…` : text;
};

/** One thing that was given, and what came of it. */
interface Chapter {
  readonly what: string;
  readonly details: string[];
}

export class Story {
  private readonly chapters: Chapter[] = [];

  given(what: string): void {
    this.chapters.push({ what, details: [] });
  }

  decided(before: SagaInstance, { state, changes = [], note }: HistoryEntry, sent: Sent[]): void {
    const details = this.chapters.at(-1)?.details;
    const changed = changes
      .filter(({ to }) => to !== 'sent')
      .map(({ step, to }) => `${step} ${to}`);
    if (before.state !== state) changed.unshift(`the saga ${state}`);
    if (changed.length > 0) details?.push(`now: ${changed.join(', ')}`);
    for (const command of sent) {
      details?.push(`sent: ${nameOf(command)} ${dataText(command.payload)}`);
    }
    if (note !== undefined) details?.push(`note: ${note}`);
  }

  tell(definition: SagaDefinition, instance: SagaInstance): string {
    const { state, cause, attention, held } = instance;
    const steps = stepsOf(definition).map(
      ({ name }) => `${name} ${instance.steps[name]?.state ?? 'waiting'}`,
    );
    return [
      `The story of '${definition.name}' v${definition.version} so far:`,
      ...this.chapters.flatMap(({ what, details }, index) => [
        `${String(index + 1).padStart(4)}. ${what}`,
        ...shortened(details).map((detail) => `        ${detail}`),
      ]),
      `It is ${state}${cause ? ` because of '${cause.code}'` : ''}: ${steps.join(', ')}.`,
      ...(attention ? [`Attention, '${attention.step}': ${attention.code}`] : []),
      ...(held ? [`It is held: ${held.code}`] : []),
    ].join('\n');
  }
}

const shortened = (details: readonly string[]): readonly string[] => {
  const left = details.length - MAX_DETAILS;
  if (left <= 0) return details;
  const half = MAX_DETAILS / 2;
  return [...details.slice(0, half), `… ${left} lines more`, ...details.slice(-half)];
};

/** An expectation that was not met, or something given that could never happen. */
export class SagaTestError extends Error {
  override readonly name = 'SagaTestError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    // The first line of the stack is then the test's own, and runners show that one.
    this.stack = (this.stack ?? '')
      .split('\n')
      .filter((line) => !/^\s+at .*[\\/]saga-kit[\\/](?!.*\.spec\.)/.test(line))
      .join('\n');
  }
}
