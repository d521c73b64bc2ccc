/** On which day something happened, where the merchant is. */
import type { ZoneFact } from './facts.js';

/** For merchants of whom nothing is known. */
const NOWHERE = 'UTC';

/** What is known of one merchant, in any order. */
export type KnownZones = readonly Pick<ZoneFact, 'revision' | 'at' | 'timeZone'>[];

/**
 * The time zone that counted at a moment: that of the highest revision that was there by then. Of old
 * revisions only the latest may be known, for their topic keeps no more; before the first that is known
 * that one counts.
 * @param at epoch ms
 */
export function zoneAt(zones: KnownZones, at: number): string {
  let found: KnownZones[number] | undefined;
  let first: KnownZones[number] | undefined;
  for (const zone of zones) {
    if (!first || zone.revision < first.revision) first = zone;
    if (zone.at <= at && (!found || zone.revision > found.revision)) found = zone;
  }
  return (found ?? first)?.timeZone ?? NOWHERE;
}

/**
 * The earliest moment at which another zone counts by what is known now: days before it are right.
 * Undefined where none does, -Infinity where there is no such moment.
 */
export function changedFrom(before: KnownZones, now: KnownZones): number | undefined {
  const moments = [...before, ...now].map(({ at }) => at).toSorted((a, b) => a - b);
  return [-Infinity, ...moments].find((at) => zoneAt(before, at) !== zoneAt(now, at));
}
