/** What a reader of facts makes of the events it is given. */
import { eventType, type EventContract } from '#contracts';
import type { CloudEvent } from '#messaging';
import type { z } from 'zod';

/** A fact by its name, so that a `switch` over the name knows the data. */
export type FactOf<Contract extends EventContract, Event = CloudEvent> =
  Contract extends EventContract<infer Name, infer Data>
    ? { readonly name: Name; readonly data: z.output<Data>; readonly event: Event }
    : never;

/** Those facts that the contracts name, in their order; other types are for others. */
export type ReadFacts<Contract extends EventContract> = <
  Event extends Pick<CloudEvent, 'type' | 'data'>,
>(
  events: readonly Event[],
) => FactOf<Contract, Event>[];

/**
 * The reader throws ZodError for a fact that breaks its contract; alone in its batch, it becomes a
 * dead letter.
 */
export function factReader<Contract extends EventContract>(
  contracts: readonly Contract[],
): ReadFacts<Contract> {
  const byType = new Map(contracts.map((contract) => [eventType(contract.name), contract]));
  return <Event extends Pick<CloudEvent, 'type' | 'data'>>(events: readonly Event[]) =>
    events.flatMap((event) => {
      const contract = byType.get(event.type);
      if (contract === undefined) return [];
      const fact = { name: contract.name, data: contract.data.parse(event.data), event };
      return [fact as FactOf<Contract, Event>];
    });
}

/**
 * Of each id what the fact of its highest revision says: one statement cannot write a row twice. In
 * the order of the ids, so that two replicas that write them cannot deadlock.
 */
export function latestById<Data extends { readonly revision: number }>(
  facts: readonly { readonly data: Data }[],
  idOf: (data: Data) => string,
): Data[] {
  const latest = new Map<string, Data>();
  for (const { data } of facts) {
    const before = latest.get(idOf(data));
    if (!before || before.revision < data.revision) latest.set(idOf(data), data);
  }
  return [...latest].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, data]) => data);
}
