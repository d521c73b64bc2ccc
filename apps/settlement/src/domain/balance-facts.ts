import {
  balanceDrawn,
  balanceHeld,
  balanceReleased,
  eventType,
  settlementSettled,
  type Effect,
} from '#contracts';
import type { OutgoingEvent } from '#messaging';
import type { Change, Hold } from './balance.js';
import type { Settled } from './settled.js';

const CONTRACTS = { held: balanceHeld, released: balanceReleased, drawn: balanceDrawn };

/** @param time RFC 3339, the same for all of a batch */
export function balanceEvent({ hold, balance }: Change, time: string): OutgoingEvent {
  const { name, topic } = CONTRACTS[hold.status];
  const { merchantId, currency, revision, available, held } = balance;
  const { withdrawalId, amount } = hold;
  return {
    topic,
    key: merchantId,
    id: `${name}:${merchantId}/${currency}@${revision}`,
    source: 'settlement',
    type: eventType(name),
    subject: merchantId,
    time,
    data: {
      ...{ merchantId, currency, revision, withdrawalId, amount, available, held },
      occurredAt: time,
    },
  };
}

export function settledEvent(settled: Settled): OutgoingEvent {
  const { name, topic } = settlementSettled;
  const { settlementId, merchantId, settledAt, cutoff, ...rest } = settled;
  return {
    topic,
    key: merchantId,
    id: `${name}:${settlementId}`,
    source: 'settlement',
    type: eventType(name),
    subject: merchantId,
    time: settledAt.toISOString(),
    data: {
      ...{ settlementId, revision: 1, merchantId, ...rest },
      cutoff: cutoff.toISOString(),
      occurredAt: settledAt.toISOString(),
    },
  };
}

/** All that the withdrawal has taken from the balance so far, for the ledger of its saga. */
export const effectOf = ({ withdrawalId, currency, taken, returned, revision }: Hold): Effect => ({
  id: `balance:${withdrawalId}`,
  kind: 'money',
  unit: currency,
  taken,
  returned,
  revision,
});
