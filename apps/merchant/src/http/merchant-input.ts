/** What the decorators of the requests cannot check. */
import { ANY_CHANNEL, type FeeRate } from '#contracts';
import { fieldProblem } from '#platform';
import type { AddRateDto } from './merchants.dto.js';

/** A fee rate as it is kept. @param now epoch ms */
export function rateOf(
  { channel = ANY_CHANNEL, validFrom, basisPoints, fixed = [] }: AddRateDto,
  now: number,
): FeeRate {
  const from = new Date(validFrom === undefined ? now : momentOf('validFrom', validFrom));
  const begins = from.toISOString();
  const currencies = new Set(fixed.map(({ currency }) => currency));
  if (currencies.size < fixed.length) {
    throw fieldProblem(400, [{ field: 'fixed', message: 'must name each currency once' }]);
  }
  return {
    rateId: `${channel === ANY_CHANNEL ? 'any' : channel}@${begins}`,
    channel,
    validFrom: begins,
    basisPoints,
    fixed: fixed.map(({ currency, amount }) => ({ currency, amount })),
  };
}

/** Epoch ms. @throws ProblemException 400 */
export function momentOf(field: string, text: string): number {
  const moment = Date.parse(text);
  if (!Number.isNaN(moment)) return moment;
  throw fieldProblem(400, [{ field, message: 'is no moment of any calendar' }]);
}

/** As the time zone calls itself: others know old names for it as well. @throws ProblemException 400 */
export function knownZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    const message = 'is no time zone of the IANA database, as Europe/London or Asia/Tokyo';
    throw fieldProblem(400, [{ field: 'timeZone', message }]);
  }
}
