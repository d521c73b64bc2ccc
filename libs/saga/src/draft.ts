/**
 * The working copy of one decision: an instance that may be changed, and what the change sends and
 * records. It lives only inside `decide`; nothing that was passed in is ever modified.
 */
import type { Effect, Reason } from '#contracts';
import {
  ownCompensation,
  stepsOf,
  type SagaDefinition,
  type Step,
  type StepContext,
  type StepTiming,
} from './definition.js';
import type {
  Attention,
  CommandState,
  LedgerEntry,
  SagaInstance,
  SagaState,
  StepInstance,
  StepStateName,
  UndoState,
} from './instance.js';
import { detailOf, timingDetail } from './history-detail.js';
import type { Command, Decision, HistoryEntry, SagaMessage } from './messages.js';
import { COMMAND_VALIDITY_MS, intervalMs, isTooOldToResend, timingOf, utcDay } from './timing.js';

export interface DecideContext {
  /** Epoch ms; the caller's clock is the database's. */
  readonly now: number;
  /** In [0, 1): spreads retries. The caller's randomness, as the core has none. */
  readonly jitter: number;
  readonly timing: Required<StepTiming>;
}

const WAITING: StepInstance = { state: 'waiting' };

/** An assertion: checked definitions and our own writes make it hold; a stray row may not. */
const must = <T>(value: T | undefined, step: Step, what: string): T => {
  if (value === undefined) throw new Error(`step '${step.name}' has no ${what}`);
  return value;
};

export class Draft {
  state: SagaState;
  input: unknown;
  cause: Reason | undefined;
  cancel: Reason | undefined;
  private attentions: readonly Attention[];
  held: Reason | undefined;
  readonly ledger: Record<string, LedgerEntry>;
  readonly steps: readonly Step[];
  readonly commands: Command[] = [];
  private readonly stepInstances: Record<string, StepInstance>;
  private readonly changes: { step: string; to: StepStateName }[] = [];
  private readonly notes: string[] = [];

  constructor(
    readonly definition: SagaDefinition,
    private readonly before: SagaInstance,
    readonly context: DecideContext,
    /** As it was on the version that this very message has moved it from. */
    private readonly movedFrom?: SagaInstance,
  ) {
    this.steps = stepsOf(definition);
    this.state = before.state;
    this.input = before.input;
    this.cause = before.cause;
    this.cancel = before.cancel;
    this.attentions = [
      ...(before.alsoAttention ?? []),
      ...(before.attention ? [before.attention] : []),
    ];
    this.held = before.held;
    this.ledger = { ...before.ledger };
    this.stepInstances = { ...before.steps };
  }

  get now(): number {
    return this.context.now;
  }

  step(name: string): StepInstance {
    return this.stepInstances[name] ?? WAITING;
  }

  /** Changes a step; a new state is noted for the history. */
  change(name: string, change: Partial<StepInstance>): void {
    const from = this.step(name);
    this.stepInstances[name] = { ...from, ...change };
    if (change.state !== undefined && change.state !== from.state) {
      this.changes.push({ step: name, to: change.state });
    }
  }

  note(text: string): void {
    this.notes.push(text);
  }

  raise(step: string, code: string, message: string): void {
    this.settle(step);
    this.attentions = [...this.attentions, { step, code, message }];
    this.note(`attention: ${message}`);
  }

  /** Takes the flag down, unless it is up because of other steps. */
  settle(step: string): void {
    this.attentions = this.attentions.filter((attention) => attention.step !== step);
  }

  settleAll(): void {
    this.attentions = [];
  }

  /** For which steps a person is called. */
  get raised(): readonly string[] {
    return this.attentions.map(({ step }) => step);
  }

  /** Whether something is waited for, by a timer that goes on by itself. */
  get isWaiting(): boolean {
    return this.steps.some((step) => this.sendingOf(step)?.dueAt !== undefined);
  }

  timing(step: Step): Required<StepTiming> {
    return timingOf(step, this.context.timing);
  }

  /** The next due time of a command that has now been sent `attempt` times. */
  dueAfter(step: Step, attempt: number): number {
    return this.now + intervalMs(this.timing(step), attempt, this.context.jitter);
  }

  /** Why a step was refused. */
  refusalOf(step: Step): Reason {
    return must(this.step(step.name).refusal, step, 'refusal').reason;
  }

  /** What a step waits for: its command, its compensation, a better input; else undefined. */
  sendingOf({ name }: Step): CommandState | undefined {
    const { state, command, undo } = this.step(name);
    switch (state) {
      case 'undoing':
        return undo;
      case 'sent':
      case 'pending':
        return command;
      case 'refused':
        return this.state === 'running' && command?.dueAt !== undefined ? command : undefined;
      default:
        return undefined;
    }
  }

  /** The forward command of a step that has been sent. */
  commandOf(step: Step): CommandState {
    return must(this.step(step.name).command, step, 'command');
  }

  /** The compensation of a step that is being undone. */
  undoOf(step: Step): UndoState {
    return must(this.step(step.name).undo, step, 'compensation');
  }

  /** Ids follow from the instance and the step, so deciding again yields the same ones. */
  commandId(step: Step, suffix: string): string {
    return `${this.before.id}:${step.name}${suffix}`;
  }

  /** Of the first round, under each name that the step has had. */
  firstCommandIds(step: Step): string[] {
    const { formerNames = [] } = this.step(step.name);
    return [step.name, ...formerNames].map((name) => `${this.before.id}:${name}`);
  }

  /** What a step's payload and condition are made from. */
  forwardContext(): StepContext {
    const results = Object.fromEntries(
      this.steps.flatMap((earlier) => {
        const result = this.step(earlier.name).result;
        return result === undefined ? [] : [[earlier.name, result]];
      }),
    );
    return { input: this.input, results };
  }

  /** Sends a step's forward command for the first time or again. */
  sendForward(step: Step): void {
    const { state, command: before } = this.step(step.name);
    // What waits and was sent before had been refused: with its better input it is a new command.
    const anew = state === 'waiting';
    const round = (before?.round ?? (before ? 1 : 0)) + (anew ? 1 : 0);
    const id = this.commandId(step, round === 1 ? '' : `:${round}`);
    const command = this.nextSending(step, anew ? undefined : before, id, round);
    this.change(step.name, { state: 'sent', command });
    this.sendCommand(step, command);
  }

  /** Sends a command whose answer takes long once more. It stays pending, with its own deadline. */
  sendPending(step: Step): void {
    const before = this.commandOf(step);
    const dueAt = must(before.dueAt, step, 'deadline');
    const next = this.nextSending(step, before, before.commandId, before.round ?? 1);
    const command = { ...next, dueAt };
    this.change(step.name, { command });
    this.sendCommand(step, command);
  }

  /** Sends a step's compensation for the first time, again, or (a new round) anew. */
  sendUndo(step: Step, round: number): void {
    const compensation = must(ownCompensation(step), step, 'compensation of its own');
    const { command: forward, undo } = this.step(step.name);
    const suffix = round === 1 ? ':undo' : `:undo-${round}`;
    const previous = undo?.round === round ? undo : undefined;
    const command = this.nextSending(step, previous, this.commandId(step, suffix), round);
    this.change(step.name, { state: 'undoing', undo: { ...command, state: 'sent', round } });
    const cause = must(this.cause, step, 'cause to be undone for');
    const payload = compensation.payload({ input: this.input, cause });
    this.send(step, compensation.command, payload, command, forward);
  }

  /** Asks for a pivot to be given up, for the first time or again. */
  sendRecall(step: Step, cause: Reason): void {
    const { command, payload } = must(step.recall, step, 'recall');
    const { command: forward, recall: before } = this.step(step.name);
    // One that its participant may have forgotten is a new command.
    const anew = before !== undefined && isTooOldToResend(before.issuedOn, this.now);
    const round = (before?.round ?? 1) + (anew ? 1 : 0);
    const id = this.commandId(step, round === 1 ? ':recall' : `:recall-${round}`);
    const { dueAt: _, ...recall } = this.nextSending(step, anew ? undefined : before, id, round);
    this.change(step.name, { recall });
    this.send(step, command, payload({ input: this.input, cause }), recall, forward);
  }

  /** A person says that an effect is back; a later report of its participant counts all the same. */
  bringBack(entry: LedgerEntry, actor: string): void {
    this.ledger[entry.id] = { ...entry, returned: entry.taken, returnedBy: actor };
  }

  applyEffects(step: string, effects: readonly Effect[]): void {
    for (const effect of effects) {
      const known = this.ledger[effect.id];
      // Totals are absolute, so an older report that comes late is simply older.
      if (known && known.revision >= effect.revision) continue;
      this.ledger[effect.id] = { ...effect, step: known?.step ?? step };
    }
  }

  finish(message: SagaMessage): Decision {
    const instance = this.toInstance();
    const { kind, messageId } = message;
    const history: HistoryEntry = {
      revision: instance.revision,
      at: this.now,
      kind,
      messageId,
      state: instance.state,
      ...(message.kind === 'reply' && { name: message.name, outcome: message.outcome }),
      ...(message.kind === 'mend' && { step: message.step }),
      ...(message.kind === 'intervene' &&
        'step' in message.intervention && { step: message.intervention.step }),
      ...('actor' in message && message.actor !== undefined && { actor: message.actor }),
      ...('reason' in message && message.reason !== undefined && { reason: message.reason }),
      ...(this.changes.length > 0 && { changes: this.changes }),
      ...(this.commands.length > 0 && { sent: this.commands.map((c) => c.commandId) }),
      ...(this.notes.length > 0 && { note: this.notes.join('; ') }),
      detail: {
        ...detailOf(message),
        jitter: this.context.jitter,
        ...timingDetail(this.context.timing),
        ...(this.movedFrom !== undefined && { fromVersion: this.movedFrom.version }),
        ...this.inputBefore(kind),
      },
    };
    return { instance, commands: this.commands, history };
  }

  /** The start's own input need not be kept twice. */
  private inputBefore(kind: SagaMessage['kind']): { inputBefore?: unknown } {
    const { input } = this.movedFrom ?? this.before;
    return kind === 'start' || this.input === input ? {} : { inputBefore: input };
  }

  private toInstance(): SagaInstance {
    const { id, definition, version, businessKey, createdAt, revision } = this.before;
    return {
      id,
      definition,
      version,
      businessKey,
      revision: revision + 1,
      state: this.state,
      input: this.input,
      steps: this.stepInstances,
      ledger: this.ledger,
      ...(this.cause && { cause: this.cause }),
      ...(this.cancel && { cancel: this.cancel }),
      ...this.attentionFields(),
      ...(this.held && { held: this.held }),
      wakeAt: this.earliestTimer(),
      createdAt,
      updatedAt: this.now,
    };
  }

  private attentionFields(): Pick<SagaInstance, 'attention' | 'alsoAttention'> {
    const attention = this.attentions.at(-1);
    if (!attention) return {};
    const also = this.attentions.slice(0, -1);
    return { attention, ...(also.length > 0 && { alsoAttention: also }) };
  }

  private earliestTimer(): number | null {
    if (this.held) return null;
    let earliest: number | null = null;
    for (const step of this.steps) {
      const due = this.sendingOf(step)?.dueAt;
      if (due !== undefined && (earliest === null || due < earliest)) earliest = due;
    }
    return earliest;
  }

  private nextSending(
    step: Step,
    previous: CommandState | undefined,
    commandId: string,
    round: number,
  ): CommandState {
    const attempts = (previous?.attempts ?? 0) + 1;
    return {
      // A step that was renamed since is known to its participant by its earlier name.
      commandId: previous?.commandId ?? commandId,
      ...(round > 1 && { round }),
      issuedOn: previous?.issuedOn ?? utcDay(this.now),
      attempts,
      sentAt: this.now,
      dueAt: this.dueAfter(step, attempts),
      ...(previous?.error && { error: previous.error }),
    };
  }

  private sendCommand(step: Step, command: CommandState): void {
    const contract = must(step.command, step, 'command');
    const payloadOf = must(step.payload, step, 'payload');
    this.send(step, contract, payloadOf(this.forwardContext()), command);
  }

  private send(
    step: Step,
    contract: Command['contract'],
    payload: unknown,
    sending: CommandState,
    undoes?: CommandState,
  ): void {
    this.commands.push({
      commandId: sending.commandId,
      step: step.name,
      contract,
      payload,
      issuedOn: sending.issuedOn,
      notAfter: this.now + COMMAND_VALIDITY_MS,
      resend: sending.attempts - 1,
      ...(undoes && { undoes: { commandId: undoes.commandId, issuedOn: undoes.issuedOn } }),
    });
  }
}
