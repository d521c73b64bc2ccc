/** What has been met in a saga, told by its history. */
import type { HistoryEntry } from '#saga';

/** Words of an entry, and the situation that they tell of. */
const NOTES: readonly (readonly [RegExp, string])[] = [
  [/cancel waits for the answer of the pivot/, 'cancel while the pivot is out'],
  [/cancel refused: the pivot is done/, 'cancel refused after the pivot'],
  [/cancel came before the start/, 'cancel before the start'],
  [/clock of .* starts anew/, 'clock started anew after a late publication'],
  [/start recorded/, 'start arrived twice'],
  [/nobody brought a better input/, 'card waited for in vain'],
  [/attention: /, 'attention raised'],
];

/** First answers to a command, which say how it ended. */
const LATE: readonly (readonly [RegExp, string])[] = [
  [/late succeeded recorded/, 'late success after compensation began'],
  [/late refused recorded/, 'late refusal after compensation began'],
];

/**
 * @param earlier what one saga had heard before, first to last
 * @param added what it heard since, in one transaction
 */
export function* situationsOf(
  earlier: readonly HistoryEntry[],
  added: readonly HistoryEntry[],
): Iterable<string> {
  const entries = [...earlier, ...added];
  for (let at = earlier.length; at < entries.length; at += 1) {
    const { note } = entries[at] as HistoryEntry;
    if (note === undefined) continue;
    for (const [words, situation] of NOTES) if (words.test(note)) yield situation;
    for (const [words, situation] of LATE) {
      if (words.test(note) && isFirstAnswerTooLate(entries, at)) yield situation;
    }
  }
  if (isTimerBehind(added)) yield 'timer behind a backlog';
}

/** A copy of an answer, or the answer to a copy of its command, tells nothing new. */
function isFirstAnswerTooLate(entries: readonly HistoryEntry[], at: number): boolean {
  const { messageId, detail } = entries[at] as HistoryEntry;
  const before = entries.slice(0, at);
  const state = before.at(-1)?.state;
  if (state !== 'compensating' && state !== 'compensated') return false;
  return !before.some(
    (one) =>
      one.messageId === messageId ||
      (one.kind === 'reply' &&
        one.detail?.commandId === detail?.commandId &&
        (one.outcome === 'succeeded' || one.outcome === 'refused')),
  );
}

/** In one batch the saga heard what lay in its partition in front of a tick, and then it was time. */
const isTimerBehind = (added: readonly HistoryEntry[]): boolean => {
  const timerAt = added.findLastIndex(({ kind }) => kind === 'timer');
  return added.slice(0, Math.max(0, timerAt)).some(({ kind }) => kind !== 'timer');
};
