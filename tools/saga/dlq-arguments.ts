/** What the commands about dead letters are told. */
import { UsageError } from '../sagas/arguments.js';
import { momentIn } from './format.js';
import { readOptions, wordsIn, type Given, type OptionKinds } from './options.js';
import { checkedReason } from './reason.js';

const FILTER: OptionKinds = {
  ...{ topic: 'text', code: 'text', type: 'text', key: 'text', saga: 'text', from: 'text' },
  to: 'text',
};

export type LetterFilter = Readonly<Record<string, string>>;

export type DlqArguments = { readonly given: Given } & (
  | { readonly action: 'list'; readonly filter: LetterFilter; readonly status: string | undefined }
  | { readonly action: 'show'; readonly id: string }
  | {
      readonly action: 'redrive' | 'discard';
      readonly reason: string;
      readonly chosen: { readonly ids: readonly string[] } | { readonly filter: LetterFilter };
    }
);

const STATUSES = ['open', 'redriven', 'discarded', 'all'];

/** @throws UsageError */
export function readDlqArguments(
  [action, ...args]: readonly string[],
  nowMs: number,
): DlqArguments {
  switch (action) {
    case 'list': {
      const kinds = {
        ...FILTER,
        status: 'text',
        limit: 'text',
        cursor: 'text',
        wide: 'flag',
      } as const;
      const given = readOptions(args, kinds);
      wordsIn(given);
      const status = given.text('status') ?? 'open';
      if (!STATUSES.includes(status)) {
        throw new UsageError(`--status must be one of: ${STATUSES.join(', ')}`);
      }
      const filter = filterIn(given, nowMs);
      return { given, action, filter, status: status === 'all' ? undefined : status };
    }
    case 'show': {
      const given = readOptions(args, {});
      const [id = ''] = wordsIn(given, 'the id of a dead letter');
      return { given, action, id };
    }
    case 'redrive':
    case 'discard': {
      const given = readOptions(args, { ...FILTER, reason: 'text', yes: 'flag' });
      const reason = checkedReason(given.text('reason'));
      return { given, action, reason, chosen: chosenIn(given, nowMs) };
    }
    default:
      throw new UsageError('what is to be done? list, show, redrive or discard; see --help');
  }
}

/** The server decides about so many at once. */
const MOST_IDS = 1_000;

function chosenIn(given: Given, nowMs: number) {
  const ids = given.words;
  const filter = filterIn(given, nowMs);
  const isFiltered = Object.keys(filter).length > 0;
  if (ids.length > 0 && isFiltered) throw new UsageError('ids, or conditions: not both');
  if (ids.length > MOST_IDS) throw new UsageError(`${MOST_IDS} ids at once, not ${ids.length}`);
  if (ids.length > 0) return { ids };
  if (isFiltered) return { filter };
  throw new UsageError('which ones? Ids, or conditions such as --topic; see --help');
}

function filterIn(given: Given, nowMs: number): LetterFilter {
  const text = (name: string): Record<string, string> => {
    const value = given.text(name);
    if (value === undefined) return {};
    if (name === 'saga') return { sagaId: value };
    return { [name]: name === 'from' || name === 'to' ? momentIn(value, nowMs) : value };
  };
  return Object.assign({}, ...Object.keys(FILTER).map(text)) as LetterFilter;
}
