/** What can be done to a saga, in the words of buttons and of the question before it is done. */
import type { Choice, OpenAction } from '../api/types.js';

export interface ActionWords {
  readonly label: string;
  /** What it means, before somebody says yes. */
  readonly meaning: string;
  /** Whether it can be taken back. */
  readonly isGrave: boolean;
}

export function wordsOf({ action, step, outcome, effect, version }: Choice): ActionWords {
  const said = (label: string, meaning: string, isGrave = false): ActionWords => ({
    ...{ label, meaning, isGrave },
  });
  switch (action) {
    case 'retry':
      return said(
        `Retry ${step}`,
        'What the step waits for is asked for once more, now, with the same id: it takes effect once.',
      );
    case 'skip':
      return said(`Skip ${step}`, 'The saga goes on without this step, for good.', true);
    case 'resolve':
      return outcome === 'happened'
        ? said(`${step}: it happened`, 'You know that it took effect: the saga goes on so.', true)
        : said(`${step}: it did not happen`, 'You know that it had no effect.', true);
    case 'settle-effect':
      return said(
        `Settle ${effect}`,
        'You have brought back by hand what the ledger says is out.',
        true,
      );
    case 'compensate':
      return said('Undo all of it', 'The saga turns around, and undoes what it has done.', true);
    case 'cancel':
      return said('Cancel', 'As the customer would: undone where it still can be.', true);
    case 'clear-attention':
      return said('Clear attention', 'You have seen it; nothing else changes.');
    case 'hold':
      return said('Hold', 'Nothing is sent until it is released. Answers go on being taken in.');
    case 'release':
      return said('Release', 'It goes on where it was held.');
    case 'move':
      return said(`Move to v${version}`, 'It goes on by that version of its definition.', true);
    default:
      return said(action, 'See docs/OPERATORS.md.', true);
  }
}

export const keyOf = ({ action, step, outcome, effect, version }: Choice): string =>
  [action, step, outcome, effect, version].filter((part) => part !== undefined).join(' ');

export interface Sorted {
  readonly open: readonly OpenAction[];
  /** By the reason why not, most frequent first. */
  readonly refused: readonly { readonly why: string; readonly labels: readonly string[] }[];
}

export function sorted(actions: readonly OpenAction[]): Sorted {
  const byWhy = new Map<string, string[]>();
  for (const action of actions) {
    if (action.allowed) continue;
    const why = action.why ?? 'it is refused';
    byWhy.set(why, [...(byWhy.get(why) ?? []), wordsOf(action).label]);
  }
  return {
    open: actions.filter(({ allowed }) => allowed),
    refused: [...byWhy]
      .map(([why, labels]) => ({ why, labels }))
      .toSorted((a, b) => b.labels.length - a.labels.length),
  };
}
