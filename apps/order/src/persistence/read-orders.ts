import type { OrderItem, OrderStatus, PaymentMethod, Reason, ShippingAddress } from '#contracts';
import type { Tx } from '#messaging';
import type { Order } from '../domain/order.js';

/** Anything that runs a statement: the database itself, or a transaction. */
export type Queries = Pick<Tx, 'query'>;

/** An order without what makes it long. */
export type OrderSummary = Omit<
  Order,
  'items' | 'shippingAddress' | 'email' | 'phone' | 'locale' | 'paymentMethod'
>;

/** Where an order stands. */
export type StandingOrder = Pick<Order, 'status' | 'reason' | 'paymentMethod'>;

export interface SummaryRow {
  order_id: string;
  customer_id: string;
  merchant_id: string;
  channel: string;
  currency: string;
  /** int8 comes as text; amounts lie far below 2^53. */
  total_amount: string;
  status: OrderStatus;
  reason: Reason | null;
  tracking_number: string | null;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

interface OrderRow extends SummaryRow {
  items: OrderItem[];
  shipping_address: ShippingAddress;
  email: string;
  phone: string | null;
  locale: string | null;
  payment_method: PaymentMethod;
}

export const SUMMARY = `order_id, customer_id, merchant_id, channel, currency, total_amount, status, reason,
  tracking_number, revision, created_at, updated_at`;

export const summaryOf = (row: SummaryRow): OrderSummary => ({
  orderId: row.order_id,
  customerId: row.customer_id,
  merchantId: row.merchant_id,
  channel: row.channel,
  currency: row.currency,
  totalAmount: Number(row.total_amount),
  status: row.status,
  ...(row.reason && { reason: row.reason }),
  ...(row.tracking_number !== null && { trackingNumber: row.tracking_number }),
  revision: row.revision,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const WHOLE = `${SUMMARY}, items, shipping_address, email, phone, locale, payment_method`;

const orderOf = (row: OrderRow): Order => ({
  ...summaryOf(row),
  items: row.items,
  shippingAddress: row.shipping_address,
  email: row.email,
  ...(row.phone !== null && { phone: row.phone }),
  ...(row.locale !== null && { locale: row.locale }),
  paymentMethod: row.payment_method,
});

export async function findOrder(database: Queries, orderId: string): Promise<Order | undefined> {
  const [row] = await database.query<OrderRow>(`select ${WHOLE} from orders where order_id = $1`, [
    orderId,
  ]);
  return row && orderOf(row);
}

/** Those that there are, in the order of their ids. */
export async function findOrders(database: Queries, orderIds: readonly string[]): Promise<Order[]> {
  const rows = await database.query<OrderRow>(
    `select ${WHOLE} from orders where order_id = any($1::uuid[]) order by order_id`,
    [orderIds],
  );
  return rows.map(orderOf);
}

export async function findStatus(
  database: Queries,
  orderId: string,
): Promise<StandingOrder | undefined> {
  const [row] = await database.query<Pick<OrderRow, 'status' | 'reason' | 'payment_method'>>(
    'select status, reason, payment_method from orders where order_id = $1',
    [orderId],
  );
  return (
    row && {
      status: row.status,
      paymentMethod: row.payment_method,
      ...(row.reason && { reason: row.reason }),
    }
  );
}
