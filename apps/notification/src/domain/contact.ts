/** Where the customer of an order is told what becomes of it. */
export interface Contact {
  readonly orderId: string;
  readonly email: string;
  readonly phone: string | null;
  readonly locale: string | null;
  readonly currency: string;
  /** Minor units. */
  readonly totalAmount: number;
}
