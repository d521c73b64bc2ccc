/** Commands by hand, as they lie in the topics: a test says what comes when. */
import { randomUUID } from 'node:crypto';
import { Sealer } from '#platform';
import type { TestWorld } from '#testing';
import type { OutgoingMessage, StoredMessage } from './topics.js';

/** A saga that no orchestrator knows, for one order. */
export interface HandSaga {
  readonly sagaId: string;
  readonly orderId: string;
}

export const handSaga = (): HandSaga => ({ sagaId: randomUUID(), orderId: randomUUID() });

export interface HandCommand {
  /** For example `inventory.reserve-stock`. */
  readonly name: string;
  readonly step: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Names the step's compensation instead of the step. */
  readonly undo?: boolean;
  /** Default: in an hour. */
  readonly notAfter?: Date;
}

const HOUR_MS = 3_600_000;

export const commandIdOf = ({ sagaId }: HandSaga, { step, undo }: HandCommand): string =>
  `${sagaId}:${step}${undo ? ':undo' : ''}`;

export function commandMessage(saga: HandSaga, command: HandCommand): OutgoingMessage {
  const { name, step, data, undo = false } = command;
  const now = new Date();
  const issuedOn = now.toISOString().slice(0, 10);
  const [participant] = name.split('.');
  const notAfter = command.notAfter ?? new Date(now.getTime() + HOUR_MS);
  return {
    topic: `${participant}.commands`,
    key: saga.orderId,
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: commandIdOf(saga, command),
      ce_source: 'orchestrator',
      ce_type: `com.example.${name}`,
      ce_subject: saga.orderId,
      ce_time: now.toISOString(),
      ce_correlationid: saga.sagaId,
      ce_issuedon: issuedOn,
      ce_notafter: notAfter.toISOString(),
      ce_resend: '0',
      ...(undo && { ce_undoes: `${saga.sagaId}:${step}`, ce_undoesissuedon: issuedOn }),
    },
    value: JSON.stringify({ orderId: saga.orderId, ...data }),
  };
}

export interface HandReply {
  /** Name of the fact. */
  readonly type: string;
  readonly commandId: string;
  readonly outcome: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly reason?: { readonly code: string };
}

/** The answers among messages of `saga.inbox`, in their order. */
export const repliesOf = (messages: readonly StoredMessage[], commandId: string): HandReply[] =>
  messages.flatMap(({ headers, value }) => {
    if (headers['ce_causationid'] !== commandId || value === null) return [];
    const data = JSON.parse(value) as Omit<HandReply, 'type'>;
    return [{ ...data, type: (headers['ce_type'] ?? '').replace('com.example.', '') }];
  });

/** A card token as only the payment service of this world can read it. */
export const sealedToken = (world: TestWorld, token: string): string =>
  new Sealer(world.settings('payment')['PAYMENT_TOKEN_KEY'] ?? '').seal(token);
