/** What the commands of a merchant are answered with where they cannot be done. */
import { ProblemException } from '#platform';
import type { Merchant, Refused, Revised } from '../domain/merchant.js';

/** @throws ProblemException 404 */
export function known(merchantId: string, merchant: Merchant | undefined): Merchant {
  if (merchant) return merchant;
  throw new ProblemException(404, 'Unknown merchant', `Nothing is known of ${merchantId}.`, {
    errors: [{ field: 'merchantId', message: 'is not known' }],
  });
}

const STATUSES: Readonly<Record<Refused['code'], 404 | 409>> = {
  'unknown-account': 404,
  'unknown-key': 404,
  'unknown-rate': 404,
  'rate-has-begun': 409,
  'too-many': 409,
};

/** @param field what a refusal is about. @throws ProblemException 404, 409 */
export function done(
  merchantId: string,
  decided: Revised | Refused | undefined,
  field = 'merchantId',
): Merchant {
  if (decided?.kind !== 'refused') return known(merchantId, decided?.merchant);
  const { code, message } = decided;
  throw new ProblemException(STATUSES[code], 'It cannot be done', `${field} ${message}.`, {
    code,
    errors: [{ field, message }],
  });
}
