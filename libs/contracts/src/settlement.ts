/**
 * The settlement service: what is owed to each merchant, settled in batches, and the balance that
 * comes of it, out of which a merchant may draw.
 */
import { z } from 'zod';
import { defineCommand, defineEvent, refusal, success } from './contract.js';
import { currency, minorUnits, reason, signedMinorUnits, withdrawalId } from './values.js';

const topic = 'settlement.commands';
const merchantId = z.string().min(1).max(64);

/** Sets money of the settled balance aside. */
export const holdBalance = defineCommand({
  name: 'settlement.hold-balance',
  version: 1,
  participant: 'settlement',
  topic,
  payload: z.object({ withdrawalId, merchantId, currency, amount: minorUnits.min(1) }),
  replies: {
    'settlement.balance-held': success(z.object({})),
    /** `available`: what there was instead. */
    'settlement.balance-insufficient': refusal(z.object({ available: minorUnits })),
    /** More than may be drawn at once, or on one day; `allowed`: what may still be. */
    'settlement.limit-exceeded': refusal(z.object({ limit: z.string(), allowed: minorUnits })),
  },
});

/** Undoes the hold: the money may be drawn again. It cannot refuse. */
export const releaseBalance = defineCommand({
  name: 'settlement.release-balance',
  version: 1,
  participant: 'settlement',
  topic,
  payload: z.object({ withdrawalId, reason }),
  replies: { 'settlement.balance-released': success(z.object({})) },
});

/** What was set aside has been paid out: it is gone from the balance. */
export const drawBalance = defineCommand({
  name: 'settlement.draw-balance',
  version: 1,
  participant: 'settlement',
  topic,
  payload: z.object({ withdrawalId }),
  replies: { 'settlement.balance-drawn': success(z.object({})) },
});

/**
 * One merchant's share of a batch, in one currency: `net = gross - fees - refunds - chargebacks` was
 * added to the balance. Fees are those taken less those given back.
 */
export const settlementSettled = defineEvent({
  name: 'settlement.settled',
  version: 1,
  topic: 'settlement.events',
  data: z.object({
    settlementId: z.string().min(1).max(200),
    /** Of a settlement there is one fact. */
    revision: z.literal(1),
    batchId: z.string().min(1).max(100),
    merchantId,
    currency,
    /** Orders it settles, those among them that were settled before and have changed since. */
    orders: z.int().min(1),
    gross: signedMinorUnits,
    fees: signedMinorUnits,
    refunds: signedMinorUnits,
    chargebacks: signedMinorUnits,
    /** More than 0: debts wait for a batch that covers them. */
    net: minorUnits.min(1),
    /** Orders that fell due before this moment are in it. */
    cutoff: z.string(),
    occurredAt: z.string(),
  }),
});

/** A merchant's balance in one currency after the change. */
const balanceFact = z.object({
  merchantId,
  currency,
  /** Grows by one with each change of the balance. */
  revision: z.int().min(1),
  withdrawalId,
  amount: minorUnits.min(1),
  /** What may be drawn. */
  available: minorUnits,
  /** What is set aside for withdrawals that are under way. */
  held: minorUnits,
  occurredAt: z.string(),
});

export const balanceHeld = defineEvent({
  name: 'balance.held',
  version: 1,
  topic: 'settlement.events',
  data: balanceFact,
});
export const balanceReleased = defineEvent({
  name: 'balance.released',
  version: 1,
  topic: 'settlement.events',
  data: balanceFact,
});
export const balanceDrawn = defineEvent({
  name: 'balance.drawn',
  version: 1,
  topic: 'settlement.events',
  data: balanceFact,
});
