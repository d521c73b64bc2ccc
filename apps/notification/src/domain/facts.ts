/** Which facts of other services notification hears of. */
import {
  nameOfType,
  orderCancelled,
  orderCompleted,
  orderConfirmed,
  orderCreated,
  paymentCompleted,
  paymentFailed,
  paymentInstructed,
  refundCompleted,
  shipmentHandedOver,
  type EventContract,
} from '#contracts';
import type { ReceivedEvent } from '#messaging';
import type { z } from 'zod';

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

type FactOf<Contract> =
  Contract extends EventContract<infer Name, infer Data>
    ? { readonly name: Name; readonly data: z.output<Data> }
    : never;

/** What happened, as its contract has it. */
export type Fact = FactOf<(typeof contracts)[number]>;

const byName = new Map<string, EventContract>(contracts.map((one) => [one.name, one]));

/** Undefined for what nobody here cares about. @throws ZodError for data that is not its contract's */
export function factOf({ type, data }: Pick<ReceivedEvent, 'type' | 'data'>): Fact | undefined {
  const contract = byName.get(nameOfType(type) ?? '');
  return contract && ({ name: contract.name, data: contract.data.parse(data) } as Fact);
}
