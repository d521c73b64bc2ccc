/** What is expected after what was given. Every expectation fails with the story so far. */
import type { Reason } from '#contracts';
import {
  durationText,
  type LedgerEntry,
  type SagaDefinition,
  type SagaInstance,
  type SagaState,
  type StepStateName,
} from '#saga';
import { difference } from './fit.js';
import { Givens } from './given.js';
import { dataText, nameOf, sentName, type Sent } from './story.js';
import type {
  CommandMatches,
  CommandOf,
  CommandStep,
  InputOf,
  Match,
  PayloadMatch,
  StepName,
  StepsOf,
  UndoMatches,
  UndoOf,
  UndoStep,
} from './types.js';

const UPGRADE: Reason = { code: 'upgrade', message: 'a new version' };

export class SagaTest<Input, Steps> extends Givens<Input, Steps> {
  /** For what has no expectation of its own. */
  get instance(): SagaInstance {
    return this.run.instance;
  }

  /** Moved, where that can be done, to another version, by which the story then goes on. */
  givenMove<To extends SagaDefinition>(
    to: To,
    reason = UPGRADE,
  ): SagaTest<InputOf<To>, StepsOf<To>> {
    this.move(to, reason);
    return this as unknown as SagaTest<InputOf<To>, StepsOf<To>>;
  }

  /** What was given last has sent this command, for the first time, and nothing else. */
  expectCommand<Name extends CommandStep<Steps>>(
    step: Name,
    payload?: PayloadMatch<CommandOf<Steps, Name & keyof Steps>>,
  ): this {
    return this.expectSent('command', { [step]: payload ?? {} });
  }

  /** As `expectCommand`, of steps side by side. */
  expectCommands(payloads: CommandMatches<Steps>): this {
    return this.expectSent('command', payloads);
  }

  /** What was given last has sent the compensation of this step, and nothing else. */
  expectCompensation<Name extends UndoStep<Steps>>(
    step: Name,
    payload?: PayloadMatch<UndoOf<Steps, Name & keyof Steps>>,
  ): this {
    return this.expectSent('compensation', { [step]: payload ?? {} });
  }

  /** As `expectCompensation`, of steps side by side. */
  expectCompensations(payloads: UndoMatches<Steps>): this {
    return this.expectSent('compensation', payloads);
  }

  /** What was given last asks for the pivot to be given up, and sends nothing else. */
  expectRecall(pivot: CommandStep<Steps>, payload: Readonly<Record<string, unknown>> = {}): this {
    return this.expectSent('recall', { [pivot]: payload });
  }

  /** What was given last has sent again, under the same id, what these steps had sent before. */
  expectResend(...steps: StepName<Steps>[]): this {
    const found = newest(this.run.sent);
    const expected = steps.map((step) => `${step} again`);
    const actual = found.map(({ step, resend }) => (resend > 0 ? `${step} again` : step));
    if (isSame(expected, actual)) return this;
    return this.mismatch(expected.join(', '), sentText(found));
  }

  expectNothingSent(): this {
    if (this.run.sent.length === 0) return this;
    return this.mismatch('nothing sent', sentText(this.run.sent));
  }

  expectState(state: SagaState): this {
    return this.expectSame('the saga', state, this.instance.state);
  }

  expectStep(step: StepName<Steps>, state: StepStateName): this {
    const { name } = this.run.step(step);
    return this.expectSame(`'${step}'`, state, this.instance.steps[name]?.state ?? 'waiting');
  }

  /** A person is needed, for this reason; `step`: because of this step. */
  expectAttention(code: string, step?: StepName<Steps>): this {
    const { attention } = this.instance;
    this.expectSame('attention', code, attention?.code ?? 'none');
    return step === undefined ? this : this.expectSame('attention of', step, attention?.step ?? '');
  }

  expectNoAttention(): this {
    return this.expectSame('attention', 'none', this.instance.attention?.code ?? 'none');
  }

  /** It is being undone, or was, for this reason. */
  expectCause(code: string): this {
    return this.expectSame('the cause', code, this.instance.cause?.code ?? 'none');
  }

  /** The history's word on what was given last holds this text: why a cancel came too late. */
  expectNote(part: string): this {
    const note = this.run.last?.history.note ?? '';
    return note.includes(part) ? this : this.mismatch(`a note of "${part}"`, `"${note}"`);
  }

  /** Effects by their id, for example `{ 'payment:1': { taken: 500, returned: 500 } }`. */
  expectLedger(effects: Readonly<Record<string, Match<LedgerEntry>>>): this {
    return this.expectFit('a ledger with', effects, this.instance.ledger);
  }

  /** What the saga's input has become, by mends and by answers. */
  expectInput(input: Match<Input>): this {
    return this.expectFit('an input with', input, this.instance.input);
  }

  /** How long it waits until its next timer; null: for nothing. */
  expectTimerIn(ms: number | null): this {
    const { wakeAt } = this.instance;
    const text = (of: number | null) => (of === null ? 'none' : durationText(of));
    return this.expectSame('the timer in', text(ms), text(wakeAt && wakeAt - this.run.now));
  }

  private expectSent(way: Sent['way'], payloads: Readonly<Record<string, unknown>>): this {
    const found = newest(this.run.sent);
    const names = Object.keys(payloads).map((step) => sentName(way, this.run.step(step).name));
    if (!isSame(names, found.map(nameOf))) return this.mismatch(names.join(', '), sentText(found));
    for (const sent of found) {
      const expected = payloads[sent.step];
      const problem = difference(expected, sent.payload);
      if (problem === undefined) continue;
      this.mismatch(
        `${nameOf(sent)} with ${typeof expected === 'function' ? 'what was asked for' : dataText(expected)}`,
        problem,
      );
    }
    return this;
  }

  private expectFit(what: string, expected: unknown, actual: unknown): this {
    const problem = difference(expected, actual);
    if (problem === undefined) return this;
    return this.mismatch(`${what} ${dataText(expected)}`, problem);
  }

  private expectSame(what: string, expected: string, actual: string): this {
    return expected === actual ? this : this.mismatch(`${what} ${expected}`, `${what} ${actual}`);
  }

  private mismatch(expected: string, found: string): never {
    return this.run.fail(`expected: ${expected}\nfound:    ${found}`);
  }
}

/** Of a command that was sent several times while time passed, the newest sending. */
const newest = (sent: readonly Sent[]): readonly Sent[] => [
  ...new Map(sent.map((command) => [command.commandId, command])).values(),
];

const isSame = (expected: readonly string[], actual: readonly string[]): boolean =>
  expected.toSorted().join('\n') === actual.toSorted().join('\n');

const sentText = (sent: readonly Sent[]): string =>
  sent.length === 0 ? 'nothing was sent' : sent.map(nameOf).join(', ');
