/** The intents as the page shows them. */
import type { Cell, PageTable } from '#sandbox';
import { auditOf, type Intent } from './domain/books.js';

const PAGE_ROWS = 50;

export const tableOf = (intents: readonly Intent[]): PageTable => ({
  columns: [
    ...['intent', 'order', 'method', 'status', 'amount', 'captured', 'refunded', 'disputed'],
    ...['created', 'the customer'],
  ],
  total: intents.length,
  rows: intents.slice(-PAGE_ROWS).reverse().map(rowOf),
});

const rowOf = (intent: Intent): Cell[] => {
  const audit = auditOf(intent);
  return [
    audit.intentId,
    audit.orderId ?? '',
    audit.method,
    audit.status,
    `${audit.amount} ${audit.currency}`,
    String(audit.captured),
    String(audit.refunded),
    String(audit.disputed ?? 0),
    audit.createdAt,
    buttonsOf(intent),
  ];
};

const buttonsOf = ({ id, action, captures, disputes }: Intent): Cell => {
  const button = (label: string) => ({ label, path: `/sandbox/intents/${id}/${label}` });
  const open = disputes.find(({ status }) => status === 'needs_response');
  if (open) {
    const close = (label: string) => ({ label, path: `/sandbox/disputes/${open.id}/${label}` });
    return { buttons: [close('win'), close('lose')] };
  }
  if (captures > 0) return { buttons: [button('dispute')] };
  if (action === undefined) return '';
  return {
    buttons: action.expiresAtMs === undefined ? [button('pay')] : [button('pay'), button('expire')],
  };
};
