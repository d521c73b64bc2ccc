/** What two runs of one saga are compared by: the one that is stored, and the one decided again. */
import { canonicalJson } from './fingerprint.js';
import { markOf } from './history-detail.js';
import type { SagaInstance } from './instance.js';
import type { Command, HistoryEntry } from './messages.js';

/** What a decision comes to, apart from words and times. */
export const outcomeOf = ({ state, changes = [], sent = [] }: HistoryEntry): string =>
  JSON.stringify({ state, changes: changes.map(({ step, to }) => `${step} ${to}`), sent });

/** The first command that says something else than the entry has kept of it, in a sentence. */
export const otherSaying = (
  { detail }: HistoryEntry,
  commands: readonly Command[],
): string | undefined => {
  const payloads = detail?.payloads;
  if (!payloads) return undefined;
  for (const [at, command] of commands.entries()) {
    const [then, now] = [payloads[at], markOf(command)];
    if (then === now) continue;
    return `what ${command.commandId} says (${command.contract.name}): then ${then}, now ${now}`;
  }
  return undefined;
};

/** Commands of which nothing is kept but that they were sent. */
export const unmarkedIn = (history: readonly HistoryEntry[]): number =>
  history
    .filter(({ detail }) => !detail?.payloads)
    .reduce((count, { sent = [] }) => count + sent.length, 0);

/** In what an instance has ended otherwise, in a sentence; undefined when in nothing. */
export const otherEnd = (then: SagaInstance, now: SagaInstance): string | undefined => {
  for (const [name, read] of Object.entries(ENDS)) {
    const [before, after] = [read(then), read(now)];
    const gone = before.filter((said) => !after.includes(said)).toSorted();
    const come = after.filter((said) => !before.includes(said)).toSorted();
    if (gone.length + come.length === 0) continue;
    return `${name}: then ${JSON.stringify(gone)}, now ${JSON.stringify(come)}`;
  }
  if (canonicalJson(then.input) === canonicalJson(now.input)) return undefined;
  return `input: another one at '${partingOf(then.input, now.input).join('.')}'`;
};

/** Each as lines of which none comes twice. Codes go without their words, which may be put better. */
const ENDS: Readonly<Record<string, (instance: SagaInstance) => readonly string[]>> = {
  ledger: ({ ledger }) =>
    Object.values(ledger).map(({ id, step, taken, returned }) => {
      return `${id} ${step} ${taken} ${returned}`;
    }),
  version: ({ version }) => [String(version)],
  steps: ({ steps }) => Object.entries(steps).map(([name, { state }]) => `${name} ${state}`),
  cause: ({ cause }) => (cause ? [cause.code] : []),
  cancel: ({ cancel }) => (cancel ? [cancel.code] : []),
  held: ({ held }) => (held ? [held.code] : []),
  attention: ({ attention, alsoAttention = [] }) =>
    [...alsoAttention, ...(attention ? [attention] : [])].map(
      ({ step, code }) => `${step} ${code}`,
    ),
  'due times': ({ steps, wakeAt }) => [
    ...(wakeAt === null ? [] : [`wakes ${wakeAt}`]),
    ...Object.entries(steps).flatMap(([name, { command, undo }]) => [
      ...(command?.dueAt === undefined ? [] : [`${name} ${command.dueAt}`]),
      ...(undo?.dueAt === undefined ? [] : [`${name} undo ${undo.dueAt}`]),
    ]),
  ],
};

/** Where two JSON values part; what stands there is not told, for it may be somebody's name. */
const partingOf = (then: unknown, now: unknown): string[] => {
  if (!isBranch(then) || !isBranch(now)) return [];
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])];
  const name = names.find((one) => canonicalJson(then[one]) !== canonicalJson(now[one]));
  return name === undefined ? [] : [name, ...partingOf(then[name], now[name])];
};

const isBranch = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
