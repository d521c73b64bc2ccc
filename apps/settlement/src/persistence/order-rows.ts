import type { Tx } from '#messaging';
import { eventUuid, ReusedIdError } from '#reader';
import type { MoneyFact, OrderMoney } from '../domain/order-money.js';
import { nameOf, type OwnedFact } from '../domain/read-facts.js';

export interface Owner {
  readonly orderId: string;
  readonly merchantId: string;
  readonly currency: string;
}

/**
 * Makes the orders known and locks them in the order of their ids: whoever writes them sees all facts
 * of whoever wrote them before. @returns whom each belongs to, which is what was heard first
 */
export async function lockOrders(tx: Tx, owners: readonly Owner[]): Promise<Owner[]> {
  const sorted = owners.toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1));
  await tx.query(
    `insert into order_money (order_id, merchant_id, currency)
     select * from unnest($1::uuid[], $2::text[], $3::text[])
     on conflict do nothing`,
    [
      sorted.map(({ orderId }) => orderId),
      sorted.map(({ merchantId }) => merchantId),
      sorted.map(({ currency }) => currency),
    ],
  );
  return tx.query<Owner>(
    `select order_id as "orderId", merchant_id as "merchantId", currency from order_money
      where order_id = any($1::uuid[]) order by order_id for no key update`,
    [sorted.map(({ orderId }) => orderId)],
  );
}

/**
 * Of orders that are locked, so that nobody else adds to them meanwhile.
 * @returns the orders of which something was new
 * @throws ReusedIdError for a fact that was told under the id of another one
 */
export async function addFacts(tx: Tx, facts: readonly OwnedFact[]): Promise<string[]> {
  const rows = await tx.query<{ orderId: string; place: string | null }>(ADD_FACTS, [
    facts.map(({ orderId }) => orderId),
    facts.map(({ type }) => type),
    facts.map(({ revision }) => revision),
    facts.map(({ at }) => new Date(at).toISOString()),
    facts.map(({ amount }) => amount),
    facts.map(({ fee }) => fee),
    facts.map(({ subject }) => subject ?? null),
    facts.map(({ event }) => eventUuid(event)),
  ]);
  const refused = rows.find(({ place }) => place !== null);
  const fact = facts[Number(refused?.place) - 1];
  if (fact) throw new ReusedIdError(nameOf(fact), fact.event);
  return [...new Set(rows.map(({ orderId }) => orderId))];
}

/**
 * What was added; and, with their places, those that were not though the fact is not there. Facts of
 * before events were kept have theirs from when they are told again.
 */
const ADD_FACTS = `
  with given as (
    select * from unnest($1::uuid[], $2::text[], $3::int[], $4::timestamptz[], $5::int8[], $6::int8[],
                         $7::text[], $8::uuid[])
      with ordinality as g (order_id, type, revision, at, amount, fee, subject, event, place)
  ), added as (
    insert into order_fact (order_id, type, revision, at, amount, fee, subject, event)
    select order_id, type, revision, at, amount, fee, subject, event from given
    on conflict do nothing
    returning order_id, type, revision
  ), completed as (
    update order_fact as f set event = g.event from given as g
     where f.event is null
       and (f.order_id, f.type, f.revision) = (g.order_id, g.type, g.revision)
       and not exists (select from order_fact as o where o.event = g.event)
  )
  select order_id as "orderId", null as place from added
   union all
  select order_id, place from given as g
   where not exists (select from added as a
                      where (a.order_id, a.type, a.revision) = (g.order_id, g.type, g.revision))
     and not exists (select from order_fact as f
                      where (f.order_id, f.type, f.revision) = (g.order_id, g.type, g.revision))`;

type FactRow = Omit<MoneyFact, 'at' | 'amount' | 'fee' | 'subject'> & {
  readonly at: Date;
  /** int8 comes as text. */
  readonly amount: string;
  readonly fee: string;
  readonly subject: string | null;
};

export async function factsOf(tx: Tx, orderIds: readonly string[]): Promise<MoneyFact[]> {
  const rows = await tx.query<FactRow>(
    `select order_id as "orderId", type, revision, at, amount, fee, subject from order_fact
      where order_id = any($1::uuid[])`,
    [orderIds],
  );
  return rows.map(({ at, amount, fee, subject, ...row }) => ({
    ...row,
    at: at.getTime(),
    amount: Number(amount),
    fee: Number(fee),
    ...(subject !== null && { subject }),
  }));
}

/** Of orders that are locked. */
export async function saveMoney(tx: Tx, money: ReadonlyMap<string, OrderMoney>): Promise<void> {
  const rows = [...money];
  const column = <Value>(value: (money: OrderMoney) => Value): Value[] =>
    rows.map(([, one]) => value(one));
  const time = (ms: number | undefined): string | null =>
    ms === undefined ? null : new Date(ms).toISOString();
  await tx.query(
    `update order_money m
        set captured = n.captured, fees = n.fees, refunded = n.refunded,
            chargebacks = n.chargebacks, completed_at = n.completed_at, due_from = n.due_from,
            at_once = n.at_once
       from unnest($1::uuid[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::timestamptz[],
                   $7::timestamptz[], $8::boolean[])
         as n (order_id, captured, fees, refunded, chargebacks, completed_at, due_from, at_once)
      where m.order_id = n.order_id`,
    [
      rows.map(([orderId]) => orderId),
      column(({ captured }) => captured ?? null),
      column(({ fees }) => fees),
      column(({ refunded }) => refunded),
      column(({ chargebacks }) => chargebacks),
      column(({ completedAt }) => time(completedAt)),
      column(({ dueFrom }) => time(dueFrom)),
      column(({ atOnce }) => atOnce),
    ],
  );
}
