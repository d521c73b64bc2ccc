/** What a message of `saga.inbox` means to the engine, or why it means nothing. */
import {
  GENERIC_REPLIES,
  nameOfType,
  SAGA_MESSAGES,
  sagaCancel,
  sagaControl,
  sagaMend,
  sagaMove,
  sagaReply,
  sagaReport,
  sagaStart,
  sagaTick,
  type Outcome,
} from '#contracts';
import type { ReceivedEvent } from '#messaging';
import type { MoveMessage, SagaMessage } from '#saga';
import type { z } from 'zod';

/** A move whose version is yet to be found. */
export type MoveRequest = Omit<MoveMessage, 'to'> & { readonly toVersion: number };

export type InboxItem =
  | {
      /** A message for the instance of a business key; `start` and `cancel` may create it. */
      readonly to: 'key';
      readonly definition: string;
      readonly businessKey: string;
      readonly message: SagaMessage;
      readonly event: ReceivedEvent;
    }
  | {
      readonly to: 'saga';
      readonly sagaId: string;
      readonly message: SagaMessage | MoveRequest;
      readonly event: ReceivedEvent;
    }
  | { readonly to: 'timers'; readonly dueBeforeMs: number; readonly event: ReceivedEvent }
  | { readonly to: 'dead-letters'; readonly problem: string; readonly event: ReceivedEvent };

/** History keeps a message's id, and each command that it causes names it. */
const MAX_ID = 250;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const readInboxItem = (event: ReceivedEvent): InboxItem => {
  if (event.id.length > MAX_ID) {
    return dead(event, `its id has ${event.id.length} characters, at most ${MAX_ID} are allowed`);
  }
  const name = nameOfType(event.type);
  switch (name) {
    case undefined:
      return dead(event, `the type '${event.type}' is foreign`);
    case SAGA_MESSAGES.start:
      return parsed(event, sagaStart, ({ definition, businessKey, input }) =>
        toKey(event, definition, businessKey, { kind: 'start', messageId: event.id, input }),
      );
    case SAGA_MESSAGES.cancel:
      return parsed(event, sagaCancel, ({ definition, businessKey, reason }) =>
        toKey(event, definition, businessKey, { kind: 'cancel', messageId: event.id, reason }),
      );
    case SAGA_MESSAGES.mend:
      return parsed(event, sagaMend, ({ definition, businessKey, step, data }) =>
        toKey(event, definition, businessKey, { kind: 'mend', messageId: event.id, step, data }),
      );
    case SAGA_MESSAGES.hold:
    case SAGA_MESSAGES.release: {
      const kind = name === SAGA_MESSAGES.hold ? 'hold' : 'release';
      return parsed(event, sagaControl, ({ sagaId, reason }) =>
        toSaga(event, sagaId, { kind, messageId: event.id, reason }),
      );
    }
    case SAGA_MESSAGES.move:
      return parsed(event, sagaMove, ({ sagaId, version, from, reason }) =>
        toSaga(event, sagaId, {
          kind: 'move',
          messageId: event.id,
          toVersion: version,
          from,
          reason,
        }),
      );
    case SAGA_MESSAGES.tick:
      return parsed(event, sagaTick, ({ dueBeforeMs }) => ({ to: 'timers', dueBeforeMs, event }));
    case SAGA_MESSAGES.report:
      return parsed(event, sagaReport, ({ sagaId, commandId, effects, reason }) =>
        toSaga(event, sagaId, {
          kind: 'report',
          messageId: event.id,
          ...(commandId !== undefined && { commandId }),
          effects,
          ...(reason && { reason }),
        }),
      );
    default:
      return parsed(event, sagaReply, ({ commandId, outcome, result, reason, effects }) =>
        toSaga(event, event.correlationid ?? '', {
          kind: 'reply',
          messageId: event.id,
          name,
          commandId,
          outcome,
          ...(result && { result }),
          ...(reason && { reason }),
          ...(effects && { effects }),
        }),
      );
  }
};

const dead = (event: ReceivedEvent, problem: string): InboxItem => ({
  to: 'dead-letters',
  problem,
  event,
});

const parsed = <Schema extends z.ZodType>(
  event: ReceivedEvent,
  schema: Schema,
  item: (data: z.output<Schema>) => InboxItem,
): InboxItem => {
  const result = schema.safeParse(event.data);
  if (result.success) return item(result.data);
  const issues = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return dead(event, `the data does not fit '${event.type}': ${issues.slice(0, 5).join('; ')}`);
};

const toKey = (
  event: ReceivedEvent,
  definition: string,
  businessKey: string,
  message: SagaMessage,
): InboxItem =>
  businessKey === event.key
    ? { to: 'key', definition, businessKey, message, event }
    : dead(event, `the business key '${businessKey}' is not the message's key '${event.key}'`);

const toSaga = (
  event: ReceivedEvent,
  sagaId: string,
  message: SagaMessage | MoveRequest,
): InboxItem =>
  UUID.test(sagaId)
    ? { to: 'saga', sagaId: sagaId.toLowerCase(), message, event }
    : dead(event, `'${sagaId}' is no saga id`);

/** The name that a reply without a contract of its own has for this outcome. */
export const genericReplyName = (outcome: Outcome): string | undefined =>
  outcome === 'succeeded' ? undefined : GENERIC_REPLIES[outcome];
