/** What sagas are searched for by. Whatever is given must hold; an empty filter is all sagas. */
import type { SagaInstance, SagaState } from '#saga';

export interface SagaFilter {
  readonly businessKey?: string;
  /** One of them. */
  readonly states?: readonly SagaState[];
  readonly definition?: string;
  /** Only beside a definition, in which it counts. */
  readonly version?: number;
  /** Needs a person, or not. */
  readonly attention?: boolean;
  readonly held?: boolean;
  /** All of them; see `signsOf`. */
  readonly signs?: readonly string[];
  /** All of them. A value that is written as a number also finds numbers. */
  readonly attributes?: readonly { readonly name: string; readonly value: string }[];
  readonly amount?: AmountFilter;
  /** From this moment, epoch ms, and before that one. */
  readonly createdFromMs?: number;
  readonly createdToMs?: number;
  /** Nothing has happened to it since, epoch ms. */
  readonly idleSinceMs?: number;
  readonly document?: DocumentFilter;
}

export interface AmountFilter {
  readonly currency: string;
  /** Both inclusive, in minor units. */
  readonly from?: number;
  readonly to?: number;
}

/** What only the document says: read of the sagas that the rest of the filter leaves over. */
export interface DocumentFilter {
  /** The text of every document that may match, as a regular expression of the database. */
  readonly pattern?: string;
  readonly matches: (instance: SagaInstance) => boolean;
}

/**
 * Ids are made by the process that begins a saga, creation is of the database's clock: they differ by
 * how long a batch takes, and by how wrong a clock goes. What is farther apart is not found by date.
 */
const CLOCKS_APART_MS = 3_600_000;

/** The smallest id of a moment: ids are UUIDv7. */
const idOf = (epochMs: number): string => {
  const hex = Math.max(0, epochMs).toString(16).padStart(12, '0').slice(-12);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
};

const AFTER_ALL = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Between which ids, both exclusive, everything lies that the filter and the cursor let through. */
export const idRange = (
  filter: SagaFilter,
  cursor = AFTER_ALL,
): { before: string; after: string } => {
  // What has been idle since a moment was there by then.
  const newestMs = Math.min(filter.createdToMs ?? Infinity, filter.idleSinceMs ?? Infinity);
  const newest = newestMs === Infinity ? AFTER_ALL : idOf(newestMs + CLOCKS_APART_MS);
  const { createdFromMs } = filter;
  return {
    before: newest < cursor ? newest : cursor,
    after: createdFromMs === undefined ? BEFORE_ALL : idOf(createdFromMs - CLOCKS_APART_MS),
  };
};
