/** What the payment provider, the carrier and the mail server have in their own books. */
import type { TestWorld } from '#testing';
import { getAll } from './http.js';

export interface BookedIntent {
  readonly intentId: string;
  readonly orderId: string | null;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  /** How often money was taken. */
  readonly captures: number;
  /** Minor units in all. */
  readonly captured: number;
  readonly refunded: number;
  readonly refunds: readonly {
    readonly id: string;
    readonly amount: number;
    readonly returnId?: string;
  }[];
}

export interface BookedShipment {
  readonly shipmentId?: string;
  readonly reference: string;
  readonly status:
    | ('created' | 'pickup_requested' | 'handed_over' | 'delivered' | 'cancelled' | 'refused')
    | ('in_transit' | 'received' | 'lost');
  /** Of goods that a customer sends back; the reference is the return's. */
  readonly kind?: 'return';
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
}

export interface BookedMail {
  readonly n: number;
  readonly to: readonly string[];
  readonly from: string;
  readonly subject: string;
  readonly messageId: string;
  readonly orderId: string | null;
  /** Which of the shop's mails it is. */
  readonly notice: string | null;
}

export interface Books {
  readonly intents: readonly BookedIntent[];
  readonly shipments: readonly BookedShipment[];
  readonly mails: readonly BookedMail[];
}

const PAGE = 1000;

export const readIntents = (world: TestWorld): Promise<BookedIntent[]> =>
  getAll(`${world.url('sandbox-payment')}/books`, PAGE);

export async function readBooks(world: TestWorld): Promise<Books> {
  const [intents, shipments, mails] = await Promise.all([
    readIntents(world),
    getAll<BookedShipment>(`${world.url('sandbox-carrier')}/books`, PAGE),
    getAll<BookedMail>(`${world.url('sandbox-mail')}/books`, PAGE),
  ]);
  return { intents, shipments, mails };
}

/** The part of the books that is about one order. */
export async function booksOf(world: TestWorld, orderId: string): Promise<Books> {
  const { intents, shipments, mails } = await readBooks(world);
  return {
    intents: intents.filter((intent) => intent.orderId === orderId),
    shipments: shipments.filter((shipment) => shipment.reference === orderId),
    mails: mails.filter((mail) => mail.orderId === orderId),
  };
}
