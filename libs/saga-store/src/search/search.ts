/** Finding sagas: a page of them, and how many there are. */
import type { Database } from '#messaging';
import type { SagaInstance } from '#saga';
import type { SagaFilter } from './filter.js';
import {
  countByIndex,
  walkIds,
  walkInstances,
  type SearchLimits,
  type WalkOptions,
} from './walk.js';

export interface SagaPage {
  readonly instances: readonly SagaInstance[];
  /**
   * Where the next page begins; absent when there is none. Also of a page that is not full, or empty:
   * then much was looked at, little found, and the search goes on there.
   */
  readonly next?: string;
}

/**
 * The newest that match, by their ids.
 * @param cursor `next` of the page before
 */
export const searchSagas = async (
  database: Database,
  filter: SagaFilter,
  { limit, ...options }: WalkOptions,
): Promise<SagaPage> => {
  const { found, whole, upTo } = await walkInstances(database, filter, {
    // one more says whether there is another page
    limit: limit + 1,
    ...options,
  });
  const instances = found.slice(0, limit);
  const last = instances.at(-1);
  if (found.length > limit && last) return { instances, next: last.id };
  return whole ? { instances } : { instances, next: upTo };
};

export interface SagaCount {
  readonly count: number;
  /** False: there are at least as many. */
  readonly exact: boolean;
}

/** Counted to this number, and no farther. */
const COUNTED = 10_000;

export const countSagas = async (
  database: Database,
  filter: SagaFilter,
  limits?: SearchLimits,
): Promise<SagaCount> => {
  const known = await countByIndex(database, filter, COUNTED + 1);
  if (known !== undefined) return { count: Math.min(known, COUNTED), exact: known <= COUNTED };
  const { found, whole } = await walkIds(database, filter, {
    limit: COUNTED + 1,
    ...(limits && { limits }),
  });
  return { count: Math.min(found.length, COUNTED), exact: whole && found.length <= COUNTED };
};
