/** What came of holding a day's books against those of others, with how far a run has got. */
export const reconciliationTables: readonly string[] = [
  `create table reconciliation (
     -- UTC
     day         date not null,
     -- a day may be compared again; the latest that is done counts
     run         integer not null,
     phase       text not null,
     -- where in the phase the next page begins
     cursor      text,
     orders      integer not null default 0,
     withdrawals integer not null default 0,
     -- when payment compared itself with the provider
     provider_at timestamptz,
     started_at  timestamptz not null default now(),
     ended_at    timestamptz,
     -- why it does not go on at the moment
     problem     text,
     primary key (day, run),
     check ((phase = 'done') = (ended_at is not null))
   )`,
  `create table reconciliation_difference (
     day     date not null,
     run     integer not null,
     -- an order, a withdrawal, or a payment at the provider
     about   text collate "C" not null,
     subject text collate "C" not null,
     -- which figure
     what    text collate "C" not null,
     code    text not null,
     -- what the ledger says and what the others say
     ledger  text,
     theirs  text,
     -- the revision that the others are at, where they have one
     revision bigint,
     -- when it was first seen like this
     since   timestamptz not null default now(),
     primary key (day, run, about, subject, what)
   )`,
  // what the books of others had, so that the ledger's can be held against it page by page
  `create table reconciliation_seen (
     day     date not null,
     run     integer not null,
     subject text collate "C" not null,
     primary key (day, run, subject)
   )`,
  // all payouts before this place in the bank's books were decided before this day
  `create table bank_position (
     one    boolean primary key default true check (one),
     cursor text not null,
     day    date not null
   )`,
];
