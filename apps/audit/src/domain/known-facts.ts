/** Facts as they were kept, and what of them is understood. */
import { nameOfType, type EventContract } from '#contracts';
import type { z } from 'zod';

/** A fact about an order, its payment or its parcel. */
export interface KnownFact {
  readonly id: string;
  readonly type: string;
  readonly aggregateType: string;
  readonly revision?: number;
  readonly time: string;
  readonly data: unknown;
}

/** When something became as it is said to be, and by which revision. */
export interface Since {
  readonly revision: number;
  readonly time: string;
}

/** A fact with data as its contract says. */
export type Understood<Contract extends EventContract> =
  Contract extends EventContract<infer Name, infer Data>
    ? { readonly name: Name; readonly data: z.output<Data>; readonly since: Since }
    : never;

/** Those that are of one of the contracts, and as it says; by revision. */
export function understood<Contract extends EventContract>(
  facts: readonly KnownFact[],
  contracts: readonly Contract[],
): Understood<Contract>[] {
  const found = facts.flatMap(({ type, time, data, revision }) => {
    const contract = contracts.find(({ name }) => name === nameOfType(type));
    const parsed = contract?.data.safeParse(data);
    if (contract === undefined || parsed?.success !== true || revision === undefined) return [];
    const since = { revision, time };
    return [{ name: contract.name, data: parsed.data, since } as Understood<Contract>];
  });
  return found.toSorted((a, b) => a.since.revision - b.since.revision);
}
