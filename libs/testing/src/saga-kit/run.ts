/** One saga instance and its clock, driven as the orchestrator drives them, without any I/O. */
import {
  checkDefinition,
  decide,
  defaultTiming,
  messageProblem,
  newInstance,
  stepsOf,
  type Command,
  type Decision,
  type DecideContext,
  type SagaDefinition,
  type SagaInstance,
  type SagaMessage,
  type Step,
  type StepTiming,
} from '#saga';
import { nameOf, SagaTestError, Story, type Sent } from './story.js';

/** Any moment; fixed, so that a test sees the same every time. */
const NOON = Date.UTC(2026, 10, 21, 12);

/** As it would arrive, or be read back from where it is stored, and impossible to change. */
export const stored = <T>(value: T): T => freeze(JSON.parse(JSON.stringify(value)) as T);

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(freeze);
    Object.freeze(value);
  }
  return value;
};

/** A message before it gets its id. */
export type Given = SagaMessage extends infer M
  ? M extends SagaMessage
    ? Omit<M, 'messageId'>
    : never
  : never;

export class Run {
  instance: SagaInstance;
  now: number;
  /** By what was given last. */
  sent: readonly Sent[] = [];
  last: Decision | undefined;
  private readonly story = new Story();
  private readonly timing: Required<StepTiming>;
  private messages = 0;

  /** @throws SagaTestError when a service would refuse to start with this definition */
  constructor(
    public definition: SagaDefinition,
    { timing = {}, now = NOON }: { readonly timing?: StepTiming; readonly now?: number },
  ) {
    this.timing = { ...defaultTiming, ...timing };
    this.now = now;
    const { name, version } = definition;
    const head = { id: 'saga-1', definition: name, version, businessKey: 'key-1', now };
    this.instance = stored(newInstance(head));
    const problems = checkDefinition(definition);
    if (problems.length > 0) this.fail(`an unsound saga:\n  ${problems.join('\n  ')}`);
  }

  step(name: string): Step {
    const steps = stepsOf(this.definition);
    const names = steps.map((step) => step.name).join(', ');
    return (
      steps.find((step) => step.name === name) ??
      this.fail(`'${this.definition.name}' has no step '${name}'; it has ${names}`)
    );
  }

  /** Lets a message arrive; what it sends is what is expected next. */
  give(what: string, given: Given): void {
    this.story.given(what);
    this.sent = [];
    this.messages += 1;
    this.apply({ ...given, messageId: `message-${this.messages}` });
  }

  /** Lets time pass, and fires the timers that come due on the way, in their order. */
  passTime(what: string, until: number): void {
    this.story.given(what);
    this.sent = [];
    for (;;) {
      const { wakeAt } = this.instance;
      if (wakeAt === null || wakeAt > until) break;
      this.now = Math.max(this.now, wakeAt);
      this.messages += 1;
      const messageId = `message-${this.messages}`;
      this.apply({ kind: 'timer', messageId, publishedBy: 0, dueBefore: this.now });
      // Else time would never pass.
      if (this.instance.wakeAt === wakeAt) this.fail('a timer was due, fired, and is due again');
    }
    this.now = Math.max(this.now, until);
  }

  private apply(message: SagaMessage): void {
    const before = this.instance;
    const context = { now: this.now, jitter: 0, timing: this.timing };
    const decision = this.decided(message, context);
    const again = this.decided(message, context);
    if (JSON.stringify(again) !== JSON.stringify(decision)) {
      this.fail(`'${this.definition.name}' is not pure: the same message led to something else`);
    }
    this.last = decision;
    this.instance = stored(decision.instance);
    if (message.kind === 'move' && this.instance.version === message.to.version) {
      this.definition = message.to;
    }
    const sent = decision.commands.map((command) => this.seen(command));
    this.sent = [...this.sent, ...sent];
    this.story.decided(before, decision.history, sent);
    for (const command of sent) {
      const problem = messageProblem(command.contract.payload, command.payload);
      if (problem === undefined) continue;
      this.fail(`the payload of ${nameOf(command)} does not fit '${command.contract.name}':
  ${problem}`);
    }
  }

  private decided(message: SagaMessage, context: DecideContext): Decision {
    try {
      return decide(this.definition, this.instance, message, context);
    } catch (error) {
      return this.fail(`deciding this threw ${String(error)}`, error);
    }
  }

  private seen(command: Command): Sent {
    return { ...command, payload: stored(command.payload), way: this.wayOf(command) };
  }

  private wayOf({ step, commandId }: Command): Sent['way'] {
    const { undo, recall } = this.instance.steps[step] ?? {};
    if (undo?.commandId === commandId) return 'compensation';
    return recall?.commandId === commandId ? 'recall' : 'command';
  }

  fail(problem: string, cause?: unknown): never {
    const story = this.story.tell(this.definition, this.instance);
    throw new SagaTestError(`${problem}\n\n${story}\n`, cause === undefined ? {} : { cause });
  }
}
