/**
 * The working copy of one decision: an instance that may be changed, and what the change sends and
 * records. It lives only inside `decide`; nothing that was passed in is ever modified.
 */
import type { Effect, Reason } from '#contracts';
import {
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
import type { Command, Decision, HistoryEntry, SagaMessage } from './messages.js';
import { COMMAND_VALIDITY_MS, intervalMs, timingOf, utcDay } from './timing.js';

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
  attention: Attention | undefined;
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
  ) {
    this.steps = stepsOf(definition);
    this.state = before.state;
    this.input = before.input;
    this.cause = before.cause;
    this.cancel = before.cancel;
    this.attention = before.attention;
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
    this.attention = { step, code, message };
    this.note(`attention: ${message}`);
  }

  /** Takes the flag down when it was up because of this step. */
  settle(step: string): void {
    if (this.attention?.step === step) this.attention = undefined;
  }

  timing(step: Step): Required<StepTiming> {
    return timingOf(step, this.context.timing);
  }

  /** The next due time of a command that has now been sent `attempt` times. */
  dueAfter(step: Step, attempt: number): number {
    return this.now + intervalMs(this.timing(step), attempt, this.context.jitter);
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
  commandId(step: Step, suffix = ''): string {
    return `${this.before.id}:${step.name}${suffix}`;
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
    const contract = must(step.command, step, 'command');
    const payloadOf = must(step.payload, step, 'payload');
    const payload = payloadOf(this.forwardContext());
    const previous = this.step(step.name).command;
    const command = this.nextSending(step, previous, this.commandId(step));
    this.change(step.name, { state: 'sent', command });
    this.send(step, contract, payload, command);
  }

  /** Sends a step's compensation for the first time, again, or (a new round) anew. */
  sendUndo(step: Step, round: number): void {
    const own = step.compensation && 'command' in step.compensation ? step.compensation : undefined;
    const compensation = must(own, step, 'compensation of its own');
    const { command: forward, undo } = this.step(step.name);
    const suffix = round === 1 ? ':undo' : `:undo-${round}`;
    const previous = undo?.round === round ? undo : undefined;
    const command = this.nextSending(step, previous, this.commandId(step, suffix));
    this.change(step.name, { state: 'undoing', undo: { ...command, state: 'sent', round } });
    const cause = must(this.cause, step, 'cause to be undone for');
    const payload = compensation.payload({ input: this.input, cause });
    this.send(step, compensation.command, payload, command, forward);
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
      ...('reason' in message && message.reason !== undefined && { reason: message.reason }),
      ...(this.changes.length > 0 && { changes: this.changes }),
      ...(this.commands.length > 0 && { sent: this.commands.map((c) => c.commandId) }),
      ...(this.notes.length > 0 && { note: this.notes.join('; ') }),
    };
    return { instance, commands: this.commands, history };
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
      ...(this.attention && { attention: this.attention }),
      wakeAt: this.earliestTimer(),
      createdAt,
      updatedAt: this.now,
    };
  }

  private earliestTimer(): number | null {
    let earliest: number | null = null;
    for (const { state, command, undo } of Object.values(this.stepInstances)) {
      const due =
        state === 'undoing'
          ? undo?.dueAt
          : state === 'sent' || state === 'pending'
            ? command?.dueAt
            : undefined;
      if (due !== undefined && (earliest === null || due < earliest)) earliest = due;
    }
    return earliest;
  }

  private nextSending(
    step: Step,
    previous: CommandState | undefined,
    commandId: string,
  ): CommandState {
    const attempts = (previous?.attempts ?? 0) + 1;
    return {
      commandId,
      issuedOn: previous?.issuedOn ?? utcDay(this.now),
      attempts,
      sentAt: this.now,
      dueAt: this.dueAfter(step, attempts),
      ...(previous?.error && { error: previous.error }),
    };
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
