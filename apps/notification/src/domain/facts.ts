/** Which facts of other services notification hears of. */
import {
  orderCancelled,
  orderCompleted,
  orderConfirmed,
  orderCreated,
  paymentCompleted,
  paymentFailed,
  paymentInstructed,
  refundCompleted,
  shipmentHandedOver,
} from '#contracts';
import { factReader, type FactOf } from '#reader';

const contracts = [
  orderCreated,
  orderConfirmed,
  orderCompleted,
  orderCancelled,
  paymentInstructed,
  paymentCompleted,
  paymentFailed,
  refundCompleted,
  shipmentHandedOver,
] as const;

/** Facts nobody here cares about are passed over. @throws ZodError for data that is not its contract's */
export const readFacts = factReader(contracts);

/** What happened, as its contract has it. */
export type Fact = FactOf<(typeof contracts)[number], unknown>;
