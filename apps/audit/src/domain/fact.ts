/** A fact as it is kept. */
import { createHash } from 'node:crypto';
import { nameOfType } from '#contracts';
import type { ReceivedEvent } from '#messaging';
import { aggregateOf, indexed, type Aggregate } from './aggregate.js';
import { momentOf, monthOf } from './moment.js';

export interface Fact {
  readonly event: ReceivedEvent;
  readonly aggregate: Aggregate;
  /** The contract's name, or the whole type of a foreign one; at most 200 characters. */
  readonly name: string;
  /** JSON. */
  readonly data: string;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly month: string;
  /** Hex: by which it is known. */
  readonly key: string;
  /** Hex: of what it says. */
  readonly digest: string;
}

/** @param now epoch ms */
export function factOf(event: ReceivedEvent, now: number): Fact {
  const data = JSON.stringify(event.data);
  const at = momentOf(event.time, now);
  return {
    event,
    aggregate: aggregateOf(event),
    name: nameOf(event.type),
    data,
    at: new Date(at).toISOString(),
    month: monthOf(at, now),
    key: sha256([event.source, event.id]),
    digest: digestOf({ ...event, data }),
  };
}

/** How a fact's type is called in questions and in the audit log. */
export const nameOf = (type: string): string => indexed(nameOfType(type) ?? type);

/** What may differ when the same fact is told again (trace, chain, place) is no part of it. */
export interface Content {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  /** JSON. */
  readonly data: string;
}

/** Hex. */
export const digestOf = ({ source, id, type, subject, time, data }: Content): string =>
  sha256([source, id, type, subject, time, data].map(storable));

/** Of a list, so that no two lists of texts are the same text. */
export const sha256 = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** No text of Postgres holds a NUL. */
export const storable = (text: string): string => text.replaceAll('\0', '\ufffd');
