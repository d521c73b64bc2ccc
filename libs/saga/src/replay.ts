/**
 * Decides a recorded history again, with the code of today: a change that would have let a finished
 * saga take another way shows before it meets a live one. After the replay tests of workflow engines.
 */
import { decide } from './decide.js';
import { decidedOr } from './decided-or.js';
import type { SagaDefinition } from './definition.js';
import { newInstance, type SagaInstance } from './instance.js';
import type { Decision, HistoryEntry, SagaMessage } from './messages.js';
import { otherEnd, otherSaying, outcomeOf, unmarkedIn } from './replay-compare.js';
import { defaultTiming } from './timing.js';

/** A definition by its version; undefined when it is not known any more. */
export type FindVersion = (version: number) => SagaDefinition | undefined;

export interface Replay {
  /** `incomplete`: the history does not hold all that is needed. */
  readonly verdict: 'same' | 'different' | 'incomplete';
  /** Names the revision, or what was otherwise in the end; the first one, for more may follow from it. */
  readonly difference?: string;
  /** Commands of which only ids were compared: when they were sent, it was not kept what they said. */
  readonly unmarked?: number;
}

const incomplete = (difference: string): Replay => ({ verdict: 'incomplete', difference });
const different = (difference: string): Replay => ({ verdict: 'different', difference });

/**
 * Compares, of each message, the state, what changed and which commands were sent, saying what; and
 * of the end the input, the ledger, each step's state, versions, codes and due times.
 * @param instance as it is stored
 * @param history all of its entries, oldest first
 */
export const replay = (
  find: FindVersion,
  instance: SagaInstance,
  history: readonly HistoryEntry[],
): Replay => {
  // What is not told may have changed the input, and then it is not known what it was before.
  const isTold = history.every((entry) => entry.detail && messageOf(entry, null, find));
  const says = isTold ? otherSaying : undefined;
  const again = decideUpTo(find, instance, history, { says });
  if (again.problem) return again.problem;
  const end = otherEnd(instance, again.instance);
  if (end !== undefined) return different(end);
  const unmarked = unmarkedIn(history);
  return { verdict: 'same', ...(unmarked > 0 && { unmarked }) };
};

/** An instance as it was, or why that cannot be said: its verdict is never `same`. */
export type AsOf =
  { readonly instance: SagaInstance; readonly problem?: undefined } | { readonly problem: Replay };

/**
 * The instance after one of its earlier messages, by deciding its history again up to there. What its
 * commands said is no part of it, and may be another thing by now.
 * @param history all of its entries, oldest first, also the later ones: they tell what it began with
 * @param revision from 1 to its own
 */
export const asOfRevision = (
  find: FindVersion,
  instance: SagaInstance,
  history: readonly HistoryEntry[],
  revision: number,
): AsOf => decideUpTo(find, instance, history, { revision });

interface Further {
  readonly revision?: number;
  /** What else would be a difference of a decision, in a sentence. */
  readonly says?:
    ((entry: HistoryEntry, commands: Decision['commands']) => string | undefined) | undefined;
}

const decideUpTo = (
  find: FindVersion,
  instance: SagaInstance,
  history: readonly HistoryEntry[],
  { revision = instance.revision, says }: Further,
): AsOf => {
  const gap = gapIn(history, instance.revision);
  if (gap !== undefined) {
    return { problem: incomplete(`its history has a gap at revision ${gap}`) };
  }
  const { id, definition: name, businessKey, createdAt } = instance;
  const version = firstVersion(instance, history);
  const input = firstInput(instance, history);
  let current = newInstance({ id, definition: name, version, businessKey, now: createdAt });
  for (const entry of history.slice(0, revision)) {
    const again = decideAgain(find, current, entry, { input, says });
    if (again.problem) return again;
    current = again.instance;
  }
  return { instance: current };
};

const gapIn = (history: readonly HistoryEntry[], revision: number): number | undefined => {
  const gap = history.findIndex((entry, index) => entry.revision !== index + 1);
  if (gap >= 0) return gap + 1;
  return history.length === revision ? undefined : history.length + 1;
};

const decideAgain = (
  find: FindVersion,
  before: SagaInstance,
  entry: HistoryEntry,
  { input, says }: { readonly input: unknown; readonly says: Further['says'] },
): AsOf => {
  const at = `revision ${entry.revision} (${entry.kind})`;
  const message = messageOf(entry, input, find);
  const definition = find(before.version);
  if (!entry.detail || !message) {
    return { problem: incomplete(`${at} does not hold what it said`) };
  }
  if (!definition) {
    return { problem: incomplete(`${at} was decided by v${before.version}, which is gone`) };
  }
  const { jitter, timing } = entry.detail;
  const context = { now: entry.at, jitter, timing: { ...defaultTiming, ...timing } };
  const decided = decidedOr(() => decide(definition, before, message, context));
  if (typeof decided === 'string') return { problem: different(`${at}: ${decided}`) };
  const { instance, history, commands } = decided;
  const [then, now] = [outcomeOf(entry), outcomeOf(history)];
  if (then !== now) return { problem: different(`${at}: then ${then}, now ${now}`) };
  const other = says?.(entry, commands);
  return other === undefined ? { instance } : { problem: different(`${at}: ${other}`) };
};

const firstVersion = ({ version }: SagaInstance, history: readonly HistoryEntry[]): number =>
  history.find(({ detail }) => detail?.fromVersion !== undefined)?.detail?.fromVersion ?? version;

/** What it started with: kept by the first message that changed it, else it is the input still. */
const firstInput = ({ input }: SagaInstance, history: readonly HistoryEntry[]): unknown => {
  const changed = history.find(({ detail }) => detail && 'inputBefore' in detail);
  return changed ? changed.detail?.inputBefore : input;
};

/** The message that an entry tells of; undefined when it was recorded without its details. */
const messageOf = (
  { at, kind, messageId, name, outcome, reason, step, actor, detail }: HistoryEntry,
  input: unknown,
  find: FindVersion,
): SagaMessage | undefined => {
  const { commandId, result, effects, publishedBy, dueBefore, data, intervention } = detail ?? {};
  const { toVersion, onlyFrom } = detail ?? {};
  switch (kind) {
    case 'start':
      return { kind, messageId, input };
    case 'reply':
      if (name === undefined || outcome === undefined || commandId === undefined) return undefined;
      return {
        ...{ kind, messageId, name, outcome, commandId },
        ...(result && { result }),
        ...(reason && { reason }),
        ...(effects && { effects }),
      };
    case 'report':
      if (!effects) return undefined;
      return {
        ...{ kind, messageId, effects },
        ...(commandId !== undefined && { commandId }),
        ...(reason && { reason }),
      };
    case 'timer':
      return { kind, messageId, publishedBy: publishedBy ?? Infinity, dueBefore: dueBefore ?? at };
    case 'mend':
      return step === undefined ? undefined : { kind, messageId, step, data };
    case 'cancel':
    case 'hold':
    case 'release':
      return reason && { kind, messageId, reason };
    case 'intervene':
      if (!reason || actor === undefined || !intervention) return undefined;
      return { kind, messageId, reason, actor, intervention };
    case 'move': {
      const to = toVersion === undefined ? undefined : find(toVersion);
      if (!to || !reason) return undefined;
      return { kind, messageId, to, from: onlyFrom, reason };
    }
  }
};
