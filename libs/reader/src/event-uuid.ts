import { createHash } from 'node:crypto';
import type { CloudEvent } from '#messaging';

/** A UUID that follows from a text: 128 bits of its SHA-256. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Two events with one source and id are the same event (CloudEvents 1.0, section 3.1). */
export const eventUuid = ({ source, id }: Pick<CloudEvent, 'source' | 'id'>): string =>
  uuidOf(JSON.stringify([source, id]));

/** A fact under the source and id of another one: which of them is true, nobody can tell. */
export class ReusedIdError extends Error {
  override readonly name = 'ReusedIdError';

  /** @param fact as people know it: `payment.completed at revision 3 of order …` */
  constructor(fact: string, { source, id }: Pick<CloudEvent, 'source' | 'id'>) {
    super(`the event id ${id} of ${source} was told before for another fact than this ${fact}`);
  }
}
