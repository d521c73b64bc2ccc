/** Every search that the admin API offers, each criterion alone and such as people put together. */
import type { SagaQuery } from '../../apps/orchestrator/src/http/admin.dto.js';

const DAY_MS = 86_400_000;

const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();

/** A saga that is there, to be looked for. */
export interface Known {
  readonly businessKey: string;
  readonly customer: string;
}

export const searchCases = (known: Known): readonly (readonly [string, SagaQuery])[] => [
  ['all', {}],
  ['one order', { orderId: known.businessKey }],
  ['state running', { state: 'running' }],
  ['state completed', { state: 'completed' }],
  ['state compensated', { state: 'compensated' }],
  ['definition place-order', { definition: 'place-order' }],
  ['definition refund-lost-parcel', { definition: 'refund-lost-parcel' }],
  ['a definition that is not there', { definition: 'none' }],
  ['place-order version 1', { definition: 'place-order', version: 1 }],
  ['attention', { attention: 'true' }],
  ['no attention, running', { attention: 'false', state: 'running' }],
  ['held', { held: 'true' }],
  ['error refund-failed', { error: 'refund-failed' }],
  ['error generic_decline', { error: 'generic_decline' }],
  ['an error that is not there', { error: 'none' }],
  ['at hand-over', { step: 'hand-over' }],
  ['at pay-out', { step: 'pay-out' }],
  ['charge-payment pending', { step: 'charge-payment', stepState: 'pending' }],
  ['hand-over pending', { step: 'hand-over', stepState: 'pending' }],
  ['reserve-stock sent', { step: 'reserve-stock', stepState: 'sent' }],
  ['hand-over waiting', { step: 'hand-over', stepState: 'waiting' }],
  ['notify-customer done, not ended', { step: 'notify-customer', stepState: 'done' }],
  ['any step undone', { stepState: 'undone' }],
  ['any step resent', { stepState: 'resent' }],
  ['charge-payment undoing', { step: 'charge-payment', stepState: 'undoing' }],
  ['began in one day', { createdFrom: daysAgo(31), createdTo: daysAgo(30) }],
  [
    'compensated in one day',
    { state: 'compensated', createdFrom: daysAgo(31), createdTo: daysAgo(30) },
  ],
  ['idle for a day', { idleSince: daysAgo(1) }],
  ['customer', { customer: known.customer }],
  ['customer that is not there', { customer: 'nobody' }],
  ['merchant m-0 (frequent)', { attribute: ['merchant:m-0'] }],
  ['merchant m-499 (rare)', { attribute: ['merchant:m-499'] }],
  ['merchant and channel', { attribute: ['merchant:m-3', 'channel:shop'] }],
  ['channel web (half of all)', { attribute: ['channel:web'] }],
  ['channel and compensated', { attribute: ['channel:shop'], state: 'compensated' }],
  ['currency USD', { currency: 'USD' }],
  ['amount, a few', { currency: 'GBP', amountFrom: 199_990 }],
  ['amount, half of all', { currency: 'GBP', amountTo: 30_000 }],
  ['amount, running', { currency: 'GBP', amountFrom: 100_000, state: 'running' }],
  ['amount exactly', { attribute: ['amount.JPY:5000'] }],
  ['attention of a merchant', { attention: 'true', attribute: ['merchant:m-1'] }],
  [
    'nothing in much: two frequent ones that never meet',
    { definition: 'withdraw', attribute: ['channel:web'] },
  ],
];
