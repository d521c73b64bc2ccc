/** What a reader of facts makes of the events it is given. */
import { eventType, type EventContract } from '#contracts';
import type { CloudEvent } from '#messaging';
import type { z } from 'zod';

/** A fact by its name, so that a `switch` over the name knows the data. */
export type FactOf<Contract extends EventContract> =
  Contract extends EventContract<infer Name, infer Data>
    ? { readonly name: Name; readonly data: z.output<Data>; readonly event: CloudEvent }
    : never;

/** Those facts that the contracts name, in their order; other types are for others. */
export type ReadFacts<Contract extends EventContract> = (
  events: readonly CloudEvent[],
) => FactOf<Contract>[];

/**
 * The reader throws ZodError for a fact that breaks its contract; alone in its batch, it becomes a
 * dead letter.
 */
export function factReader<Contract extends EventContract>(
  contracts: readonly Contract[],
): ReadFacts<Contract> {
  const byType = new Map(contracts.map((contract) => [eventType(contract.name), contract]));
  return (events) =>
    events.flatMap((event) => {
      const contract = byType.get(event.type);
      if (contract === undefined) return [];
      const fact = { name: contract.name, data: contract.data.parse(event.data), event };
      return [fact as FactOf<Contract>];
    });
}
