/** What may happen to a saga: answers, silence, time, and what people want. */
import { GENERIC_REPLIES, type CommandContract, type Effect, type Reason } from '#contracts';
import {
  durationText,
  ownCompensation,
  problemOf,
  type ReplyMessage,
  type SagaDefinition,
} from '#saga';
import { outcomeOf } from './fit.js';
import { stored, type Run } from './run.js';
import { dataText, sentName, type Sent } from './story.js';
import type {
  CommandOf,
  CommandStep,
  OwnReply,
  ReplyArguments,
  ReplyName,
  ReplyOptions,
  StepName,
  UndoOf,
  UndoStep,
} from './types.js';

const CUSTOMER: Reason = { code: 'customer', message: 'the customer changed their mind' };
const OPERATOR: Reason = { code: 'operator', message: 'somebody looks at it' };
const BROKEN: Reason = { code: 'broken', message: 'something broke' };

type Data = Readonly<Record<string, unknown>>;

/** @typeParam Input what the saga starts with @typeParam Steps the contracts of its steps */
export class Givens<Input, Steps> {
  private lastReply: { readonly what: string; readonly reply: ReplyMessage } | undefined;

  constructor(protected readonly run: Run) {}

  /** For a test that began without an input: the start arrives. */
  givenStart(input: Input): this {
    const { definition } = this.run;
    const { data, error } = definition.input.safeParse(input);
    if (error) {
      this.run.fail(`'${definition.name}' cannot start: ${problemOf(definition.input, input)}`);
    }
    this.run.give(`started with ${dataText(data)}`, { kind: 'start', input: stored(data) });
    return this;
  }

  /** The participant answers the step's command; what the answer means follows from its contract. */
  givenReply<
    Name extends CommandStep<Steps>,
    const Reply extends ReplyName<CommandOf<Steps, Name & keyof Steps>>,
  >(
    step: Name,
    reply: Reply,
    ...[data, options]: ReplyArguments<CommandOf<Steps, Name & keyof Steps>, Reply>
  ): this {
    return this.answer('command', step, reply, data, options);
  }

  /** As `givenReply`, to the step's compensation. */
  givenUndoReply<
    Name extends UndoStep<Steps>,
    const Reply extends ReplyName<UndoOf<Steps, Name & keyof Steps>>,
  >(
    step: Name,
    reply: Reply,
    ...[data, options]: ReplyArguments<UndoOf<Steps, Name & keyof Steps>, Reply>
  ): this {
    return this.answer('compensation', step, reply, data, options);
  }

  /** The step's compensation has succeeded, with the one reply by which it can. */
  givenUndone<Name extends UndoStep<Steps>>(
    step: Name,
    ...[data, options]: ReplyArguments<
      UndoOf<Steps, Name & keyof Steps>,
      OwnReply<UndoOf<Steps, Name & keyof Steps>>
    >
  ): this {
    const { replies } = this.contractOf('compensation', step);
    const successes = Object.keys(replies).filter((name) => replies[name]?.kind === 'success');
    const [only, ...others] = successes;
    if (only === undefined || others.length > 0) {
      return this.run.fail(
        `'${step}' can be undone by ${successes.join(', ') || 'no reply'}: use givenUndoReply`,
      );
    }
    return this.answer('compensation', step, only, data, options);
  }

  /** Accepted; the answer comes in hours or days. Of what the step is asked at present. */
  givenPending(step: StepName<Steps>): this {
    return this.answer(this.askedNow(step), step, GENERIC_REPLIES.pending);
  }

  /** It failed and is tried again by the participant itself. */
  givenParked(step: StepName<Steps>, reason: Reason = BROKEN): this {
    return this.answer(this.askedNow(step), step, GENERIC_REPLIES.parked, {}, { reason });
  }

  /** It failed for good, and not for a business reason. */
  givenDead(step: StepName<Steps>, reason: Reason = BROKEN): this {
    return this.answer(this.askedNow(step), step, GENERIC_REPLIES.dead, {}, { reason });
  }

  /** The last reply arrives once more. */
  givenDuplicate(): this {
    if (!this.lastReply) return this.run.fail('there was no reply yet that could come again');
    const { what, reply } = this.lastReply;
    this.run.give(`${what}, once more`, reply);
    return this;
  }

  /** Nobody answers until the next timer, or the next so many: each is fired when it is due. */
  givenSilence(times = 1): this {
    for (let count = 0; count < times; count += 1) {
      const { wakeAt } = this.run.instance;
      if (wakeAt === null) return this.run.fail('no timer is set: nothing is waited for');
      const ms = Math.max(0, wakeAt - this.run.now);
      this.run.passTime(`silence for ${durationText(ms)}, until a timer`, wakeAt);
    }
    return this;
  }

  /** Time passes; every timer that comes due on the way is fired when it is due. */
  skipTime(ms: number): this {
    this.run.passTime(`${durationText(ms)} passed`, this.run.now + ms);
    return this;
  }

  givenCancel(reason: Reason = CUSTOMER): this {
    this.run.give(`cancelled (${reason.code})`, { kind: 'cancel', reason });
    return this;
  }

  /** A better input for a refused step that waits for one. */
  givenMend(step: StepName<Steps>, data: Data): this {
    const mends = Object.values(this.run.step(step).on ?? {}).flatMap((reaction) =>
      reaction.kind === 'mend' ? [reaction] : [],
    );
    if (mends.length === 0) this.run.fail(`no refusal of '${step}' can be mended`);
    const problems = mends.map((mend) => problemOf(mend.data, data));
    if (!problems.includes(undefined)) {
      this.run.fail(`the data does not mend '${step}': ${problems.join('; or ')}`);
    }
    this.run.give(`mended ${step} ${dataText(data)}`, { kind: 'mend', step, data: stored(data) });
    return this;
  }

  givenHold(reason: Reason = OPERATOR): this {
    this.run.give(`held (${reason.code})`, { kind: 'hold', reason });
    return this;
  }

  givenRelease(reason: Reason = OPERATOR): this {
    this.run.give(`released (${reason.code})`, { kind: 'release', reason });
    return this;
  }

  /** What participants moved, told outside of any reply; `of`: the step whose command led to it. */
  givenReport(effects: readonly Effect[], of?: CommandStep<Steps>): this {
    const commandId = of === undefined ? undefined : this.commandId('command', of);
    const from = of === undefined ? '' : ` of ${of}`;
    this.run.give(`reported effects${from}: ${dataText(effects)}`, {
      kind: 'report',
      effects: stored(effects),
      ...(commandId !== undefined && { commandId }),
    });
    return this;
  }

  /** Moved, where that can be done, to another version, by which the story then goes on. */
  protected move(to: SagaDefinition, reason: Reason): void {
    this.run.give(`moved to v${to.version} (${reason.code})`, { kind: 'move', to, reason });
  }

  private answer(
    way: Sent['way'],
    step: string,
    name: string,
    data: unknown = {},
    { effects, reason }: ReplyOptions = {},
  ): this {
    const verdict = outcomeOf(this.contractOf(way, step), name, data);
    if ('problem' in verdict) return this.run.fail(verdict.problem);
    const commandId = this.commandId(way, step);
    const told = [name, dataText(data), ...(effects ? [`effects ${dataText(effects)}`] : [])];
    const reply = {
      ...{ kind: 'reply' as const, name, commandId, outcome: verdict.outcome },
      result: stored(data) as Data,
      ...(effects && { effects: stored(effects) }),
      ...(reason && { reason }),
    };
    const what = `${sentName(way, step)} answered ${told.join(' ')}`;
    this.lastReply = { what, reply: { ...reply, messageId: '' } };
    this.run.give(what, reply);
    return this;
  }

  private askedNow(step: string): Sent['way'] {
    this.run.step(step);
    return this.run.instance.steps[step]?.state === 'undoing' ? 'compensation' : 'command';
  }

  private contractOf(way: Sent['way'], name: string): CommandContract {
    const step = this.run.step(name);
    const contract = way === 'command' ? step.command : ownCompensation(step)?.command;
    return contract ?? this.run.fail(`'${name}' has no ${way} of its own`);
  }

  private commandId(way: Sent['way'], name: string): string {
    this.run.step(name);
    const { command, undo } = this.run.instance.steps[name] ?? {};
    const asked = way === 'command' ? command : undo;
    return asked?.commandId ?? this.run.fail(`${sentName(way, name)} was not sent yet`);
  }
}
