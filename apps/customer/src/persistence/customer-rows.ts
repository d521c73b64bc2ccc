import type { CustomerStatus } from '#contracts';
import { RetryableError, type Tx } from '#messaging';
import type { Customer } from '../domain/customer.js';

/** Anything that runs a statement: the database itself, or a transaction. */
type Queries = Pick<Tx, 'query'>;

type OptionalName = 'phone' | 'locale' | 'blockReason';
type Row = Omit<Customer, OptionalName> & Readonly<Record<OptionalName, string | null>>;

const COLUMNS = `customer_id as "customerId", name, email, phone, locale, status,
  block_reason as "blockReason", revision`;

const customerOf = ({ phone, locale, blockReason, ...row }: Row): Customer => ({
  ...row,
  ...(phone !== null && { phone }),
  ...(locale !== null && { locale }),
  ...(blockReason !== null && { blockReason }),
});

/** Locks the customers in the order of their ids, so that two batches cannot deadlock. */
export async function lockCustomers(
  tx: Tx,
  customerIds: readonly string[],
): Promise<Map<string, Customer>> {
  const rows = await tx.query<Row>(
    `select ${COLUMNS} from customer where customer_id = any($1::text[])
      order by customer_id for update`,
    [customerIds],
  );
  return new Map(rows.map((row) => [row.customerId, customerOf(row)]));
}

/**
 * New ones and changed ones in one statement, each at the revision that it has now.
 * @throws RetryableError when somebody else has just made one of the new ones
 */
export async function saveCustomers(tx: Tx, customers: readonly Customer[]): Promise<void> {
  const sorted = customers.toSorted((a, b) => (a.customerId < b.customerId ? -1 : 1));
  const [done] = await tx.query<{ count: number }>(SAVE, [
    sorted.map(({ customerId }) => customerId),
    sorted.map(({ name }) => name),
    sorted.map(({ email }) => email),
    sorted.map(({ phone }) => phone ?? null),
    sorted.map(({ locale }) => locale ?? null),
    sorted.map(({ status }) => status),
    sorted.map(({ blockReason }) => blockReason ?? null),
    sorted.map(({ revision }) => revision),
  ]);
  if (done?.count !== customers.length) {
    throw new RetryableError('some of these customers were made by somebody else meanwhile');
  }
}

/** What is there is locked; what is new is inserted in the order of the ids, as others do it. */
const SAVE = `
  with n as (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                         $7::text[], $8::int[])
      as n (customer_id, name, email, phone, locale, status, block_reason, revision)),
  added as (
    insert into customer (customer_id, name, email, phone, locale, status, block_reason, revision)
    select * from n where revision = 1
    on conflict do nothing
    returning 1),
  changed as (
    update customer c
       set name = n.name, email = n.email, phone = n.phone, locale = n.locale, status = n.status,
           block_reason = n.block_reason, revision = n.revision
      from n
     where c.customer_id = n.customer_id and c.revision = n.revision - 1
    returning 1)
  select (select count(*) from added)::int + (select count(*) from changed)::int as count`;

export async function findCustomer(
  database: Queries,
  customerId: string,
): Promise<Customer | undefined> {
  const [row] = await database.query<Row>(
    `select ${COLUMNS} from customer where customer_id = $1`,
    [customerId],
  );
  return row && customerOf(row);
}

export interface CustomerQuery {
  readonly status?: CustomerStatus;
  /** Only customers whose id sorts behind this one. */
  readonly after?: string;
  readonly limit: number;
}

/** By id. With and without a status, each text has a plan over the index that fits it. */
export async function listCustomers(
  database: Queries,
  { status, after = '', limit }: CustomerQuery,
): Promise<Customer[]> {
  const filter = status === undefined ? '' : 'and status = $3';
  const rows = await database.query<Row>(
    `select ${COLUMNS} from customer where customer_id > $1 ${filter}
      order by customer_id limit $2`,
    [after, limit, ...(status === undefined ? [] : [status])],
  );
  return rows.map(customerOf);
}
