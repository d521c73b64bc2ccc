/** What the commands about bulk actions are told. */
import {
  bulkActions,
  bulkDecisions,
  bulkStates,
  type BulkDecision,
  type BulkDeed,
} from '../../apps/orchestrator/src/domain/bulk-action.js';
import { missingOf } from '../../apps/orchestrator/src/engine/wanted.js';
import { UsageError } from '../sagas/arguments.js';
import { LIST_OPTIONS, sagaQuery } from './list-query.js';
import { readOptions, wholeIn, wordsIn, type Given, type OptionKinds } from './options.js';
import { checkedReason } from './reason.js';

const { limit: _l, cursor: _c, count: _n, wide: _w, ...CONDITIONS } = LIST_OPTIONS;

/** As the admin API takes it. */
export type WantedBulk = BulkDeed & {
  readonly filter: Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly perSecond?: number;
  readonly maxErrorPercent?: number;
};

export type BulkArguments = { readonly given: Given } & (
  | { readonly action: 'make'; readonly wanted: WantedBulk; readonly start: boolean }
  | { readonly action: 'list'; readonly state: string | undefined; readonly limit: number }
  | { readonly action: 'show' | 'watch'; readonly id: string }
  | {
      readonly action: 'items';
      readonly id: string;
      readonly outcome: string | undefined;
      readonly limit: number;
    }
  | { readonly action: BulkDecision; readonly id: string; readonly reason: string }
);

const ID = 'the id of a bulk action';
const MOST = 100_000;
const OUTCOMES = ['waiting', 'done', 'refused', 'moved'];

/** @throws UsageError */
export function readBulkArguments(
  [action, ...args]: readonly string[],
  nowMs: number,
): BulkArguments {
  switch (action) {
    case 'make':
      return { action, ...makeIn(args, nowMs) };
    case 'list': {
      const given = readOptions(args, { state: 'text', limit: 'text', wide: 'flag' });
      wordsIn(given);
      const state = oneOf(given, 'state', bulkStates);
      return { given, action, state, limit: wholeIn(given, 'limit', { max: MOST }) ?? 20 };
    }
    case 'show':
    case 'watch': {
      const given = readOptions(args, {});
      const [id = ''] = wordsIn(given, ID);
      return { given, action, id };
    }
    case 'items': {
      const given = readOptions(args, { outcome: 'text', limit: 'text', wide: 'flag' });
      const [id = ''] = wordsIn(given, ID);
      const outcome = oneOf(given, 'outcome', OUTCOMES);
      return { given, action, id, outcome, limit: wholeIn(given, 'limit', { max: MOST }) ?? 50 };
    }
    default: {
      const decision = bulkDecisions.find((one) => one === action);
      if (decision === undefined) {
        const known = ['make', 'list', 'show', 'items', 'watch', ...bulkDecisions].join(', ');
        throw new UsageError(`what is to be done? ${known}; see --help`);
      }
      const given = readOptions(args, { reason: 'text' });
      const [id = ''] = wordsIn(given, ID);
      return { given, action: decision, id, reason: checkedReason(given.text('reason')) };
    }
  }
}

function oneOf(given: Given, name: string, known: readonly string[]): string | undefined {
  const text = given.text(name);
  if (text === undefined || known.includes(text)) return text;
  throw new UsageError(`--${name} must be one of: ${known.join(', ')}`);
}

/** The step of the deed is a word, as with one saga; `--step` is a condition. */
const MAKE: OptionKinds = {
  ...CONDITIONS,
  ...{ reason: 'text', happened: 'flag', 'did-not-happen': 'flag', to: 'text' },
  ...{ 'per-second': 'text', 'max-errors': 'text', start: 'flag' },
};

function makeIn(args: readonly string[], nowMs: number) {
  const given = readOptions(args, MAKE);
  const [word, step, ...more] = given.words;
  if (more.length > 0) throw new UsageError(`'${more.join(' ')}' is not understood; see --help`);
  const action = bulkActions.find((one) => one === word);
  if (action === undefined) {
    throw new UsageError(`what is to be done to each? ${bulkActions.join(', ')}; see --help`);
  }
  const version = wholeIn(given, 'to', { max: 10_000 });
  const deed: BulkDeed = {
    action,
    ...(step !== undefined && { step }),
    ...outcomeIn(given),
    ...(version !== undefined && { version }),
  };
  const missing = missingOf(deed);
  if (missing !== undefined) throw new UsageError(`${MISSING[missing]}; see --help`);
  const query = Object.entries(sagaQuery(given, nowMs)).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  if (query.length === 0) {
    throw new UsageError('which ones? Conditions, as "list" takes them; see --help');
  }
  const perSecond = wholeIn(given, 'per-second', { max: 1_000 });
  const maxErrorPercent = wholeIn(given, 'max-errors', { min: 0, max: 100 });
  const wanted: WantedBulk = {
    ...deed,
    filter: Object.fromEntries(query),
    reason: checkedReason(given.text('reason')),
    ...(perSecond !== undefined && { perSecond }),
    ...(maxErrorPercent !== undefined && { maxErrorPercent }),
  };
  return { given, wanted, start: given.flag('start') === true };
}

const MISSING: Readonly<Record<string, string>> = {
  step: 'which step? It stands behind the action',
  outcome: 'what came of it? --happened or --did-not-happen',
  version: 'to which version? --to N',
};

function outcomeIn(given: Given): Pick<BulkDeed, 'outcome'> {
  const [happened, not] = [given.flag('happened') === true, given.flag('did-not-happen') === true];
  if (happened && not) throw new UsageError('--happened or --did-not-happen: one of the two');
  if (happened) return { outcome: 'happened' };
  return not ? { outcome: 'did-not-happen' } : {};
}
