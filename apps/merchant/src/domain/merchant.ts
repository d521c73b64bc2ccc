import {
  ANY_CHANNEL,
  feeRateAt,
  type FeeRate,
  type MerchantStatus,
  type PayoutAccount,
} from '#contracts';

/** A key that is good, as it is kept. */
export interface KeptKey {
  readonly keyId: string;
  /** SHA-256 of the whole key, hex. */
  readonly hash: string;
  /** What it is for, in the words of whoever asked for it. */
  readonly label: string;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
}

/** Who sells, at which fees, and where their money goes. */
export interface Merchant {
  readonly merchantId: string;
  readonly name: string;
  /** Of the IANA database. */
  readonly timeZone: string;
  readonly status: MerchantStatus;
  /** Of a suspended merchant: why, in the words of whoever did it. */
  readonly suspendReason?: string;
  /** By channel, then by the moment from which they count. */
  readonly feeRates: readonly FeeRate[];
  /** One a currency, by currency. */
  readonly payoutAccounts: readonly PayoutAccount[];
  /** In the order in which they were made. */
  readonly apiKeys: readonly KeptKey[];
  /** Grows by one with each change. */
  readonly revision: number;
}

/** What somebody wants to be said of a merchant; fees, accounts and keys are said one by one. */
export type MerchantWish = Pick<Merchant, 'merchantId' | 'name' | 'timeZone'>;

export interface Revised {
  readonly kind: 'created' | 'updated' | 'unchanged';
  readonly merchant: Merchant;
}

/** It is no longer as the caller has read it; nothing was done. */
export interface Moved {
  readonly kind: 'moved';
  /** The one it has now; undefined where there is no such merchant. */
  readonly revision: number | undefined;
}

/** It cannot be, and nothing was done. */
export interface Refused {
  readonly kind: 'refused';
  readonly code: 'rate-has-begun' | 'unknown-rate' | 'unknown-account' | 'unknown-key' | 'too-many';
  /** What is wrong, and what to do about it. */
  readonly message: string;
}

export const MOST_RATES = 1_000;
export const MOST_KEYS = 20;
export const MOST_ACCOUNTS = 20;

export function revise(current: Merchant | undefined, wish: MerchantWish): Revised {
  if (current) return changed(current, { ...current, ...wish });
  const nothing = { feeRates: [], payoutAccounts: [], apiKeys: [] };
  return { kind: 'created', merchant: { ...wish, status: 'active', ...nothing, revision: 1 } };
}

/**
 * For who has read revision `expected`. A merchant that is as wished already is left alone whatever
 * the revision (RFC 9110, 13.1.1). Who expects it to be `absent` means to make it (13.1.2).
 */
export function reviseRead(
  current: Merchant | undefined,
  wish: MerchantWish,
  expected: number | 'absent',
): Revised | Moved {
  const revised = revise(current, wish);
  if (expected === 'absent') {
    return current ? { kind: 'moved', revision: current.revision } : revised;
  }
  if (revised.kind === 'unchanged' || expected === current?.revision) return revised;
  return { kind: 'moved', revision: current?.revision };
}

/** Another reason replaces the one there was. */
export const suspend = (current: Merchant, suspendReason: string): Revised =>
  changed(current, { ...current, status: 'suspended', suspendReason });

export function activate(current: Merchant): Revised {
  const { suspendReason: _, ...rest } = current;
  return changed(current, { ...rest, status: 'active' });
}

/**
 * Takes the place of the rate that begins at the same moment in the same channel. What has begun stays
 * as it is, for fees were taken by it: a rate may begin in the past only where none counted then. One
 * that says anew what counts already changes nothing.
 * @param now epoch ms
 */
export function addRate(current: Merchant, rate: FeeRate, now: number): Revised | Refused {
  const { feeRates } = current;
  const from = Date.parse(rate.validFrom);
  const inForce = feeRateAt(feeRates, rate.channel, from);
  if (inForce?.channel === rate.channel && isSameFee(inForce, rate)) {
    return { kind: 'unchanged', merchant: current };
  }
  const hasBegun = feeRates.some(
    ({ channel, validFrom }) =>
      (channel === rate.channel || channel === ANY_CHANNEL) && Date.parse(validFrom) < now,
  );
  if (from < now && hasBegun) {
    return refused(
      'rate-has-begun',
      'must not lie in the past: fees were taken by the rate of then',
    );
  }
  const others = feeRates.filter((one) => !isSamePlace(one, rate));
  if (others.length >= MOST_RATES) {
    return refused(
      'too-many',
      `there are ${MOST_RATES} rates already; remove some that are to come`,
    );
  }
  return changed(current, { ...current, feeRates: [...others, rate].toSorted(byPlace) });
}

/** @param now epoch ms */
export function removeRate(current: Merchant, rateId: string, now: number): Revised | Refused {
  const rate = current.feeRates.find((one) => one.rateId === rateId);
  if (!rate) return refused('unknown-rate', 'is not one of the rates of this merchant');
  if (Date.parse(rate.validFrom) <= now) {
    return refused('rate-has-begun', 'has begun: fees were taken by it; add another one instead');
  }
  const feeRates = current.feeRates.filter((one) => one !== rate);
  return changed(current, { ...current, feeRates });
}

/** Replaces the account of the same currency. */
export function putAccount(current: Merchant, account: PayoutAccount): Revised | Refused {
  const others = current.payoutAccounts.filter(({ currency }) => currency !== account.currency);
  if (others.length >= MOST_ACCOUNTS) {
    return refused('too-many', `there are ${MOST_ACCOUNTS} accounts already; remove one`);
  }
  const payoutAccounts = [...others, account].toSorted((a, b) =>
    a.currency < b.currency ? -1 : 1,
  );
  return changed(current, { ...current, payoutAccounts });
}

export function removeAccount(current: Merchant, currency: string): Revised | Refused {
  const payoutAccounts = current.payoutAccounts.filter((one) => one.currency !== currency);
  if (payoutAccounts.length === current.payoutAccounts.length) {
    return refused('unknown-account', `there is no account for ${currency}`);
  }
  return changed(current, { ...current, payoutAccounts });
}

export function addKey(current: Merchant, key: KeptKey): Revised | Refused {
  if (current.apiKeys.length >= MOST_KEYS) {
    return refused('too-many', `there are ${MOST_KEYS} keys already; revoke one`);
  }
  return changed(current, { ...current, apiKeys: [...current.apiKeys, key] });
}

export function revokeKey(current: Merchant, keyId: string): Revised | Refused {
  const apiKeys = current.apiKeys.filter((one) => one.keyId !== keyId);
  if (apiKeys.length === current.apiKeys.length) {
    return refused('unknown-key', 'is no key of this merchant, or was revoked before');
  }
  return changed(current, { ...current, apiKeys });
}

const refused = (code: Refused['code'], message: string): Refused => ({
  kind: 'refused',
  code,
  message,
});

/** Members that are replaced are new objects, so that what is the same text is the same merchant. */
function changed(current: Merchant, next: Omit<Merchant, 'revision'>): Revised {
  const merchant = { ...next, revision: current.revision + 1 };
  return isSame(current, merchant)
    ? { kind: 'unchanged', merchant: current }
    : { kind: 'updated', merchant };
}

const isSame = (a: Merchant, b: Merchant): boolean =>
  a.name === b.name &&
  a.timeZone === b.timeZone &&
  a.status === b.status &&
  a.suspendReason === b.suspendReason &&
  JSON.stringify([a.feeRates, a.payoutAccounts, a.apiKeys]) ===
    JSON.stringify([b.feeRates, b.payoutAccounts, b.apiKeys]);

type Place = Pick<FeeRate, 'channel' | 'validFrom'>;

const isSamePlace = (a: Place, b: Place): boolean =>
  a.channel === b.channel && a.validFrom === b.validFrom;

const isSameFee = (a: FeeRate, b: FeeRate): boolean =>
  a.basisPoints === b.basisPoints && JSON.stringify(a.fixed) === JSON.stringify(b.fixed);

/** Those for every channel come first. */
const byPlace = (a: Place, b: Place): number => (placeOf(a) < placeOf(b) ? -1 : 1);
const placeOf = ({ channel, validFrom }: Place): string =>
  `${channel === ANY_CHANNEL ? '' : channel}\n${validFrom}`;
