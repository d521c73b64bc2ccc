/** Without its offset a moment is another one on each machine. */
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)T[\d:.]+(Z|[+-]\d\d:\d\d)$/i;
/** Days of other years are nobody's, and not every calendar has them in every time zone. */
const EARLIEST = Date.parse('1970-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-30T00:00:00Z');

/**
 * When a fact says that it occurred, in epoch ms.
 * @param occurredAt RFC 3339 with an offset
 * @throws RangeError for what no calendar or clock has, as the 30th of February; alone in its batch, the
 *   fact becomes a dead letter
 */
export function momentOf(occurredAt: string): number {
  const [, year, month, day] = MOMENT.exec(occurredAt) ?? [];
  const at = isDay(Number(year), Number(month), Number(day)) ? Date.parse(occurredAt) : NaN;
  if (at >= EARLIEST && at <= LATEST) return at;
  const shown = JSON.stringify(occurredAt.slice(0, 40));
  throw new RangeError(`occurredAt is no moment (RFC 3339) between 1970 and 9999: ${shown}`);
}

/** `Date` takes the 30th of February for the 2nd of March. */
const isDay = (year: number, month: number, day: number): boolean =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
