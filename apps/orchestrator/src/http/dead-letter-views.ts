/** Dead letters as people and scripts read them. */
import { whyNotRedriven } from '../domain/redrive.js';
import type { ListedLetter, OpenCount, WholeLetter } from '../persistence/dead-letter-search.js';

/** One line of a list. */
export function letterView(letter: ListedLetter, now: Date) {
  const { closedAt, closedBy, closedWhy, sagaId, redriveOf } = letter;
  const why = letter.status === 'open' ? whyNotRedriven(letter, now) : undefined;
  return {
    id: letter.id,
    topic: letter.topic,
    partition: letter.partition,
    offset: letter.offset,
    key: letter.key,
    type: letter.type,
    source: letter.source,
    eventId: letter.eventId,
    ...(sagaId !== null && { sagaId }),
    code: letter.code,
    message: letter.message,
    readers: letter.readers,
    diedAt: letter.diedAt.toISOString(),
    attempt: letter.attempt,
    ...(redriveOf !== null && { redriveOf }),
    truncated: letter.truncated,
    status: letter.status,
    ...(closedAt && { closed: { at: closedAt.toISOString(), by: closedBy, reason: closedWhy } }),
    /** Why it cannot be redriven, where it is open and cannot. */
    ...(why !== undefined && { notRedrivable: why }),
  };
}

export function wholeLetterView(letter: WholeLetter, now: Date) {
  const { storedAt, notAfter, diedAgainAs, headers, wholeKey, value } = letter;
  return {
    ...letterView(letter, now),
    storedAt: storedAt.toISOString(),
    ...(notAfter && { notAfter: notAfter.toISOString() }),
    diedAgainAs,
    wholeKey: wholeKey.toString('utf8'),
    headers,
    value: value === null ? null : valueView(value),
  };
}

function valueView(value: Buffer): { text: string } | { base64: string } {
  const text = value.toString('utf8');
  return Buffer.from(text, 'utf8').equals(value) ? { text } : { base64: value.toString('base64') };
}

export const figuresView = (counts: readonly OpenCount[]) => ({
  open: counts.reduce((sum, { count }) => sum + count, 0),
  items: counts.map(({ oldest, ...one }) => ({ ...one, oldest: oldest.toISOString() })),
});
