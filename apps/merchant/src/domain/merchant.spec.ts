import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  eventType,
  merchantCreated,
  merchantUpdated,
  type FeeRate,
  type PayoutAccount,
} from '#contracts';
import { newKey } from './api-key.js';
import { factEvent } from './facts.js';
import {
  activate,
  addKey,
  addRate,
  MOST_ACCOUNTS,
  MOST_KEYS,
  MOST_RATES,
  putAccount,
  removeAccount,
  removeRate,
  revise,
  reviseRead,
  revokeKey,
  suspend,
  type Merchant,
  type Refused,
  type Revised,
} from './merchant.js';

const wish = { merchantId: 'tea', name: 'The Tea Shop', timeZone: 'Europe/London' };
const tea: Merchant = {
  ...{ ...wish, status: 'active', revision: 3 },
  ...{ feeRates: [], payoutAccounts: [], apiKeys: [] },
};
const NOW = Date.parse('2026-11-26T12:00:00.000Z');
const inDays = (days: number): string => new Date(NOW + days * 86_400_000).toISOString();

const rate = (days: number, parts: Partial<FeeRate> = {}): FeeRate => {
  const channel = parts.channel ?? '*';
  const validFrom = inDays(days);
  return {
    rateId: `${channel}@${validFrom}`,
    channel,
    validFrom,
    basisPoints: 290,
    fixed: [],
    ...parts,
  };
};

const merchantOf = (decided: Revised | Refused): Merchant => {
  if (decided.kind === 'refused') throw new Error(decided.message);
  return decided.merchant;
};

describe('a merchant', () => {
  it('is new, active and without anything else at revision 1', () => {
    expect(revise(undefined, wish)).toEqual({
      kind: 'created',
      merchant: { ...tea, revision: 1 },
    });
  });

  it('keeps its fees, accounts and keys under another name', () => {
    const rich = merchantOf(addRate(tea, rate(0), NOW));
    expect(revise(rich, { ...wish, name: 'Tea' })).toEqual({
      kind: 'updated',
      merchant: { ...rich, name: 'Tea', revision: 5 },
    });
    expect(revise(tea, { ...wish, timeZone: 'Asia/Tokyo' }).kind).toBe('updated');
    expect(revise(tea, wish)).toEqual({ kind: 'unchanged', merchant: tea });
  });

  it('is suspended with a reason, and activated again', () => {
    const suspended = merchantOf(suspend(tea, 'papers missing'));
    expect(suspended).toEqual({
      ...tea,
      status: 'suspended',
      suspendReason: 'papers missing',
      revision: 4,
    });
    expect(suspend(suspended, 'papers missing').kind).toBe('unchanged');
    expect(suspend(suspended, 'fraud').merchant.suspendReason).toBe('fraud');
    expect(revise(suspended, { ...wish, name: 'Tea' }).merchant.status).toBe('suspended');
    expect(activate(suspended)).toEqual({ kind: 'updated', merchant: { ...tea, revision: 5 } });
    expect(activate(tea).kind).toBe('unchanged');
  });

  it('is changed only by who has read the latest revision, where that matters', () => {
    const moved = { ...wish, name: 'Tea' };
    expect(reviseRead(tea, moved, 3).kind).toBe('updated');
    expect(reviseRead(tea, moved, 2)).toEqual({ kind: 'moved', revision: 3 });
    expect(reviseRead(undefined, wish, 1)).toEqual({ kind: 'moved', revision: undefined });
    expect(reviseRead(tea, wish, 2).kind).toBe('unchanged');
    expect(reviseRead(undefined, wish, 'absent').kind).toBe('created');
    expect(reviseRead(tea, wish, 'absent')).toEqual({ kind: 'moved', revision: 3 });
  });
});

describe('a fee rate', () => {
  it('may begin in the past only where none counted then', () => {
    const first = merchantOf(addRate(tea, rate(-30), NOW));
    for (const past of [rate(-1), rate(-40), rate(-1, { channel: 'app', basisPoints: 900 })]) {
      const dearer = { ...past, basisPoints: 900 };
      expect(addRate(first, dearer, NOW)).toMatchObject({ code: 'rate-has-begun' });
    }
    const own = merchantOf(addRate(tea, rate(-30, { channel: 'app' }), NOW));
    expect(addRate(own, rate(-1, { channel: 'web' }), NOW).kind).toBe('updated');
    const both = merchantOf(addRate(first, rate(0, { channel: 'app', basisPoints: 1 }), NOW));
    const all = merchantOf(addRate(both, rate(7, { basisPoints: 1 }), NOW));
    expect(all.feeRates.map(({ rateId }) => rateId)).toEqual([
      `*@${inDays(-30)}`,
      `*@${inDays(7)}`,
      `app@${inDays(0)}`,
    ]);
  });

  it('changes nothing where it says anew what counts already', () => {
    const first = merchantOf(addRate(tea, rate(-30), NOW));
    for (const days of [-30, 0, 7]) {
      expect(addRate(first, rate(days), NOW)).toEqual({ kind: 'unchanged', merchant: first });
    }
    expect(addRate(first, rate(0, { channel: 'app' }), NOW).kind).toBe('updated');
  });

  it('is replaced by one of the same moment while it has yet to begin', () => {
    const begun = merchantOf(addRate(tea, rate(-1), NOW));
    const first = merchantOf(addRate(begun, rate(7, { basisPoints: 295 }), NOW));
    const dearer = merchantOf(addRate(first, rate(7, { basisPoints: 300 }), NOW));
    expect(dearer.feeRates.map(({ basisPoints }) => basisPoints)).toEqual([290, 300]);
    const fixed = [{ currency: 'GBP', amount: 20 }];
    expect(addRate(first, rate(7, { fixed }), NOW).kind).toBe('updated');
    expect(addRate(first, rate(-1, { basisPoints: 1 }), NOW).kind).toBe('refused');
  });

  it('is taken back while it has yet to begin', () => {
    const begun = merchantOf(addRate(tea, rate(0), NOW));
    const first = merchantOf(addRate(begun, rate(7, { basisPoints: 1 }), NOW));
    expect(removeRate(first, `*@${inDays(7)}`, NOW)).toMatchObject({
      kind: 'updated',
      merchant: { feeRates: [{ rateId: `*@${inDays(0)}` }] },
    });
    expect(removeRate(first, `*@${inDays(0)}`, NOW)).toMatchObject({ code: 'rate-has-begun' });
    expect(removeRate(first, 'another', NOW)).toMatchObject({ code: 'unknown-rate' });
  });

  it('is one of so many at most', () => {
    const rates = Array.from({ length: MOST_RATES }, (_, day) => rate(day + 1));
    const full = { ...tea, feeRates: rates };
    expect(addRate(full, rate(5_000, { basisPoints: 1 }), NOW)).toMatchObject({
      code: 'too-many',
    });
    expect(addRate(full, rate(1, { basisPoints: 1 }), NOW).kind).toBe('updated');
  });
});

describe('a payout account', () => {
  const account = (currency: string, number = '12345678'): PayoutAccount => ({
    ...{ currency, holder: 'The Tea Shop Ltd', number },
  });

  it('is one a currency, the latest', () => {
    const both = merchantOf(
      putAccount(merchantOf(putAccount(tea, account('JPY'))), account('GBP')),
    );
    expect(both.payoutAccounts.map(({ currency }) => currency)).toEqual(['GBP', 'JPY']);
    expect(putAccount(both, account('GBP')).kind).toBe('unchanged');
    const moved = merchantOf(putAccount(both, account('GBP', '87654321')));
    expect(moved.payoutAccounts.map(({ number }) => number)).toEqual(['87654321', '12345678']);
    expect(merchantOf(removeAccount(moved, 'JPY')).payoutAccounts).toHaveLength(1);
    expect(removeAccount(moved, 'USD')).toMatchObject({ code: 'unknown-account' });
  });

  it('is one of so many at most', () => {
    const letter = (n: number) => String.fromCharCode(65 + n);
    const full = Array.from({ length: MOST_ACCOUNTS }, (_, n) => account(`AA${letter(n)}`));
    expect(putAccount({ ...tea, payoutAccounts: full }, account('GBP'))).toMatchObject({
      code: 'too-many',
    });
  });
});

describe('an API key', () => {
  it('is known by its hash, and gone when it is revoked', () => {
    const { kept, apiKey } = newKey('web shop', inDays(0));
    expect(apiKey).toMatch(new RegExp(`^mk_${kept.keyId}_[\\w-]{43}$`));
    expect(kept).toEqual({
      keyId: expect.stringMatching(/^[0-9a-f]{16}$/),
      hash: createHash('sha256').update(apiKey).digest('hex'),
      label: 'web shop',
      createdAt: inDays(0),
    });
    expect(newKey('web shop', inDays(0)).apiKey).not.toBe(apiKey);
    const holder = merchantOf(addKey(tea, kept));
    expect(holder.apiKeys).toEqual([kept]);
    expect(revokeKey(holder, kept.keyId)).toMatchObject({ merchant: { apiKeys: [] } });
    expect(revokeKey(tea, kept.keyId)).toMatchObject({ code: 'unknown-key' });
  });

  it('is one of so many at most', () => {
    const apiKeys = Array.from({ length: MOST_KEYS }, () => newKey('x', inDays(0)).kept);
    expect(addKey({ ...tea, apiKeys }, newKey('y', inDays(0)).kept)).toMatchObject({
      code: 'too-many',
    });
  });
});

describe('what others hear of a merchant', () => {
  it('fits the contracts, and keeps reasons and labels to itself', () => {
    const { kept } = newKey('secret plan', inDays(0));
    const rich = merchantOf(addKey(merchantOf(addRate(tea, rate(0), NOW)), kept));
    const time = inDays(0);
    const told = factEvent(merchantOf(suspend(rich, 'papers missing')), time);
    expect(told).toMatchObject({
      ...{ topic: 'merchant.events', key: 'tea', subject: 'tea', time },
      ...{ type: eventType(merchantUpdated.name), id: 'merchant.updated:tea@6' },
    });
    expect(merchantUpdated.data.parse(told.data)).toMatchObject({
      status: 'suspended',
      apiKeys: [{ keyId: kept.keyId, hash: kept.hash }],
      feeRates: [{ basisPoints: 290 }],
    });
    expect(JSON.stringify(told)).not.toMatch(/papers missing|secret plan/);
    expect(factEvent({ ...tea, revision: 1 }, time).type).toBe(eventType(merchantCreated.name));
  });
});
