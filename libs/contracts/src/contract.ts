/**
 * How a message between two services is declared: one typed value that names it, versions it and
 * holds the schemas of what goes in and what comes back. Nothing else describes a message, so the
 * orchestrator, the participants and the generated documents cannot disagree.
 */
import type { z } from 'zod';
import type { TopicName } from './topics.js';

/** Every CloudEvents `type` on the wire is this prefix and the contract's name. */
export const TYPE_PREFIX = 'com.example.';

export const eventType = (name: string): string => TYPE_PREFIX + name;

/** The contract's name behind a CloudEvents type, or undefined for a foreign type. */
export const nameOfType = (type: string): string | undefined =>
  type.startsWith(TYPE_PREFIX) ? type.slice(TYPE_PREFIX.length) : undefined;

export interface ReplyContract<Data extends z.ZodType = z.ZodType> {
  /** `success`: the step is done. `refusal`: a business no; the step has had no effect. */
  readonly kind: 'success' | 'refusal';
  readonly data: Data;
}

export const success = <Data extends z.ZodType>(data: Data) => ({ kind: 'success', data }) as const;
export const refusal = <Data extends z.ZodType>(data: Data) => ({ kind: 'refusal', data }) as const;

export type Participant =
  'order' | 'inventory' | 'payment' | 'shipping' | 'notification' | 'settlement' | 'withdrawal';

export interface CommandContract<
  Name extends string = string,
  Payload extends z.ZodType = z.ZodType,
  Replies extends Readonly<Record<string, ReplyContract>> = Readonly<Record<string, ReplyContract>>,
> {
  /** Imperative, `<participant>.<verb>-<object>`. */
  readonly name: Name;
  readonly version: number;
  readonly participant: Participant;
  readonly topic: TopicName;
  readonly payload: Payload;
  /** Past-tense facts by name. A command without a `refusal` among them cannot refuse. */
  readonly replies: Replies;
}

export const defineCommand = <
  const Name extends string,
  Payload extends z.ZodType,
  const Replies extends Readonly<Record<string, ReplyContract>>,
>(
  contract: CommandContract<Name, Payload, Replies>,
): CommandContract<Name, Payload, Replies> => contract;

export interface EventContract<Name extends string = string, Data extends z.ZodType = z.ZodType> {
  /** Past tense, `<aggregate>.<what-happened>`. */
  readonly name: Name;
  readonly version: number;
  readonly topic: TopicName;
  readonly data: Data;
}

export const defineEvent = <const Name extends string, Data extends z.ZodType>(
  contract: EventContract<Name, Data>,
): EventContract<Name, Data> => contract;
