/** An empty merchant id stands for none: a key has no room for null. */
export const ledgerTables: readonly string[] = [
  `create table account (
     account      text collate "C" primary key,
     -- kept for each merchant apart
     per_merchant boolean not null
   )`,
  `insert into account values
     ('cash-at-provider', false), ('cash-at-bank', false), ('fee-income', false),
     ('merchant-payable', true), ('merchant-balance', true), ('refunds', true),
     ('chargebacks', true), ('withdrawals-in-transit', true)`,
  `create table entry (
     -- follows from name, aggregate and revision, so that a fact can have one only
     entry_id       uuid primary key,
     -- of the CloudEvent
     source         text collate "C" not null,
     event_id       text collate "C" not null,
     name           text collate "C" not null,
     aggregate_type text collate "C" not null,
     aggregate_id   text collate "C" not null,
     revision       bigint not null,
     merchant_id    text collate "C" not null,
     occurred_at    timestamptz not null,
     -- UTC; that of occurred_at, or the first that was open when the fact came
     day            date not null,
     booked_at      timestamptz not null default now(),
     lines          smallint not null check (lines >= 2),
     -- SHA-256 of what the fact says: another one of the same name is found by it
     content        bytea not null,
     -- of what was given back of a payment: from which total to which one
     refund_from    bigint,
     refund_to      bigint,
     unique (source, event_id)
   )`,
  'create index entry_by_day on entry (day, entry_id)',
  'create index entry_by_merchant on entry (merchant_id, day, entry_id)',
  'create index entry_by_aggregate on entry (aggregate_id, aggregate_type)',
  // what is held against the books of others, a day at a time
  `create index entry_to_reconcile on entry (name, occurred_at, entry_id)
     where name in ('payment.completed', 'withdrawal.paid')`,
  `create table entry_line (
     entry_id    uuid not null,
     line        smallint not null,
     account     text collate "C" not null,
     merchant_id text collate "C" not null,
     currency    text collate "C" not null check (currency ~ '^[A-Z]{3}$'),
     -- minor units
     debit       bigint not null check (debit >= 0),
     credit      bigint not null check (credit >= 0),
     -- those of the entry, for statements of accounts
     day         date not null,
     occurred_at timestamptz not null,
     primary key (entry_id, line),
     check ((debit > 0) <> (credit > 0))
   )`,
  `create index line_by_account on entry_line
     (account, currency, day, occurred_at, entry_id, line)`,
  `create index line_by_merchant on entry_line
     (merchant_id, account, currency, day, occurred_at, entry_id, line) where merchant_id <> ''`,
  // sums of the lines, kept with each batch; a page has room for a row's next version
  `create table balance (
     account     text collate "C" not null,
     merchant_id text collate "C" not null,
     currency    text collate "C" not null,
     debit       bigint not null,
     credit      bigint not null,
     primary key (currency, account, merchant_id)
   ) with (fillfactor = 50)`,
  `create table day_total (
     account     text collate "C" not null,
     merchant_id text collate "C" not null,
     currency    text collate "C" not null,
     day         date not null,
     debit       bigint not null,
     credit      bigint not null,
     primary key (currency, account, merchant_id, day)
   ) with (fillfactor = 70)`,
  // this day and all before it take no entry any more
  `create table day_end (
     day      date primary key,
     ended_at timestamptz not null default now()
   )`,
  `create table day_close (
     day           date primary key,
     entries       integer not null,
     hash          text not null,
     -- of the day closed before
     previous_hash text,
     closed_at     timestamptz not null default now()
   )`,
  // facts that were told before and said something else then
  `create table suspicious_fact (
     source      text collate "C" not null,
     event_id    text collate "C" not null,
     content     bytea not null,
     -- the entry that stays as it is
     entry_id    uuid not null,
     reason      text not null,
     -- as it came: {name, data}
     fact        json not null,
     received_at timestamptz not null default now(),
     number      bigint generated always as identity unique,
     primary key (source, event_id, content)
   )`,
];
