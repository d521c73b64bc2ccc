/** A bank on a socket of its own, with its own books: it pays out, refuses, and takes its time. */
import {
  Journal,
  Mood,
  addProviderRoutes,
  createSandboxApp,
  journalFile,
  listen,
  plainError,
  type Cell,
  type PageTable,
  type Sandbox,
  type SandboxListening,
} from '#sandbox';
import { Bank, type Entry } from './domain/bank.js';
import { SLOW_PAYOUT_MS, withoutNumber, type ShownPayout } from './domain/payout.js';
import { addBankRoutes, addControlRoutes } from './http/routes.js';

export interface SandboxBankOptions extends SandboxListening {
  /** How long an Idempotency-Key is remembered; a day when absent. */
  readonly keyLifetimeMs?: number;
  /** How long payouts to the accounts take that take their time; two seconds when absent. */
  readonly slowPayoutMs?: number;
  readonly now?: () => number;
}

const PAGE_ROWS = 50;

export const createSandboxBank = async (options: SandboxBankOptions = {}): Promise<Sandbox> => {
  const { now = Date.now, onFault = () => undefined } = options;
  const bank = new Bank({
    append: (entries) => journal.append(entries),
    now,
    slowPayoutMs: options.slowPayoutMs ?? SLOW_PAYOUT_MS,
    keyLifetimeMs: options.keyLifetimeMs,
  });
  const journal = await Journal.open<Entry>({
    file: journalFile(options.dataDir, 'bank'),
    replay: (entry) => bank.apply(entry),
  });
  const mood = new Mood(['late', 'mute', 'refuse']);
  const parts = { bank, mood, written: () => journal.written() };
  const app = createSandboxApp({
    title: 'Bank (sandbox)',
    mood,
    journal,
    books: {
      get length() {
        return bank.length;
      },
      slice: (start, end) => bank.slice(start, end).map(withoutNumber),
    },
    table: () => tableOf(bank),
    errorBody: plainError,
    onFault,
  });
  addControlRoutes(app, parts);
  addProviderRoutes(app, { mood, errorBody: plainError }, (scope) => addBankRoutes(scope, parts));
  return listen(app, { mood, journal }, options);
};

const tableOf = (bank: Bank): PageTable => ({
  columns: ['payout', 'reference', 'amount', 'account', 'status', 'created', 'decide'],
  total: bank.length,
  rows: bank
    .slice(Math.max(0, bank.length - PAGE_ROWS), bank.length)
    .toReversed()
    .map(withoutNumber)
    .map(rowOf),
});

const rowOf = (payout: ShownPayout): Cell[] => {
  const { payoutId, reference, amount, currency, account, createdAt, status } = payout;
  const code = 'code' in payout ? `: ${payout.code}` : '';
  const button = (label: string) => ({ label, path: `/sandbox/payouts/${payoutId}/${label}` });
  return [
    ...[payoutId, reference, `${amount} ${currency}`, `${account.holder} ${account.number}`],
    ...[`${status}${code}`, createdAt],
    status === 'pending' ? { buttons: [button('pay'), button('refuse')] } : '',
  ];
};
