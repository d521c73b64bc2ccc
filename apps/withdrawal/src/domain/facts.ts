/** What the withdrawal service says to others, as events ready to publish. */
import {
  SAGA_MESSAGES,
  eventType,
  shownAccount,
  withdrawalCompleted,
  withdrawalPaid,
  withdrawalRejected,
  withdrawalRequested,
  type EventContract,
  type Reason,
  type SagaCancel,
  type SagaStart,
  type TopicName,
  type WithdrawInput,
} from '#contracts';
import type { OutgoingEvent } from '#messaging';
import type { Withdrawal } from './withdrawal.js';

const DEFINITION = 'withdraw';
const SAGA_INBOX: TopicName = 'saga.inbox';

const sagaMessage = <Data>(
  what: 'start' | 'cancel',
  withdrawalId: string,
  data: Data,
  at: Date,
): OutgoingEvent<Data> => ({
  topic: SAGA_INBOX,
  key: withdrawalId,
  // Made of the withdrawal's, so that one sent twice is the same message.
  id: `${withdrawalId}:${what}`,
  source: 'withdrawal',
  type: eventType(SAGA_MESSAGES[what]),
  subject: withdrawalId,
  time: at.toISOString(),
  data,
});

/** The number of the account stays here, but for its end. */
export function sagaStartOf(withdrawal: Withdrawal, at: Date): OutgoingEvent<SagaStart> {
  const { withdrawalId, merchantId, currency, amount } = withdrawal;
  const account = shownAccount(withdrawal.account);
  const input: WithdrawInput = { withdrawalId, merchantId, currency, amount, account };
  const start = { definition: DEFINITION, businessKey: withdrawalId, input };
  return sagaMessage('start', withdrawalId, start, at);
}

export const sagaCancelOf = (
  withdrawalId: string,
  reason: Reason,
  at: Date,
): OutgoingEvent<SagaCancel> =>
  sagaMessage(
    'cancel',
    withdrawalId,
    { definition: DEFINITION, businessKey: withdrawalId, reason },
    at,
  );

const CONTRACTS = {
  requested: withdrawalRequested,
  paid: withdrawalPaid,
  completed: withdrawalCompleted,
  rejected: withdrawalRejected,
} as const satisfies Record<Withdrawal['status'], EventContract>;

/** The fact of a withdrawal whose status has just changed. */
export function statusFact(withdrawal: Withdrawal, at: Date): OutgoingEvent {
  const { withdrawalId, revision, status, merchantId, currency, amount } = withdrawal;
  const { payoutId, reason } = withdrawal;
  const { name, topic } = CONTRACTS[status];
  const occurredAt = at.toISOString();
  return {
    ...{ topic, key: withdrawalId, id: `${withdrawalId}:${revision}` },
    ...{ source: 'withdrawal', type: eventType(name), subject: withdrawalId, time: occurredAt },
    data: {
      ...{ withdrawalId, revision, status, merchantId, currency, amount, occurredAt },
      ...(status === 'paid' && { payoutId }),
      ...(status === 'rejected' && { reason }),
    },
  };
}
