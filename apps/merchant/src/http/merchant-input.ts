/** What the decorators of the requests cannot check. */
import { createHash } from 'node:crypto';
import { ANY_CHANNEL, type FeeRate } from '#contracts';
import { checkedMoment, fieldProblem } from '#platform';
import type { AddRateDto } from './merchants.dto.js';

/** A fee rate as it is kept. @param now epoch ms */
export function rateOf(
  { channel = ANY_CHANNEL, validFrom, basisPoints, fixed = [] }: AddRateDto,
  now: number,
): FeeRate {
  const from = validFrom === undefined ? new Date(now) : checkedMoment('validFrom', validFrom);
  const begins = from.toISOString();
  const currencies = new Set(fixed.map(({ currency }) => currency));
  if (currencies.size < fixed.length) {
    throw fieldProblem(400, [{ field: 'fixed', message: 'must name each currency once' }]);
  }
  return {
    rateId: rateIdOf(channel, begins),
    channel,
    validFrom: begins,
    basisPoints,
    fixed: fixed
      .map(({ currency, amount }) => ({ currency, amount }))
      .toSorted((a, b) => (a.currency < b.currency ? -1 : 1)),
  };
}

/** The same for the same place, and short and plain whatever the channel is called. */
const rateIdOf = (channel: string, begins: string): string =>
  createHash('sha256').update(`${channel}\n${begins}`).digest('hex').slice(0, 16);

/** As the time zone calls itself: others know old names for it as well. @throws ProblemException 400 */
export function knownZone(timeZone: string): string {
  const zone = resolvedZone(timeZone);
  // An offset has no summer time, and Postgres reads its sign the other way round.
  if (zone !== undefined && /^[A-Z]/.test(zone)) return zone;
  const message = 'is no time zone of the IANA database, as Europe/London or Asia/Tokyo';
  throw fieldProblem(400, [{ field: 'timeZone', message }]);
}

function resolvedZone(timeZone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
