/** Every message that the contracts declare, whatever kind of declaration it has. */
import type { z } from 'zod';
import * as contracts from '#contracts';
import {
  SAGA_MESSAGES,
  type CommandContract,
  type EventContract,
  type Participant,
  type ReplyContract,
} from '#contracts';

export type Kind = 'command' | 'event' | 'saga-message' | 'saga-input' | 'reply';

export interface Declared {
  readonly name: string;
  readonly version: number;
  readonly kind: Kind;
  readonly topic: string;
  readonly data: z.ZodType;
  /** Of commands. */
  readonly participant?: Participant;
  readonly replies?: Readonly<Record<string, ReplyContract>>;
}

/**
 * What a message of another schema carries as an open part, by saga: its input, and what mends one of
 * its steps.
 */
const carried: Readonly<Record<string, z.ZodType>> = {
  [`${SAGA_MESSAGES.start}.place-order`]: contracts.placeOrderInput,
  [`${SAGA_MESSAGES.start}.return-order`]: contracts.returnOrderInput,
  [`${SAGA_MESSAGES.start}.refund-lost-parcel`]: contracts.refundLostParcelInput,
  [`${SAGA_MESSAGES.start}.withdraw`]: contracts.withdrawInput,
  [`${SAGA_MESSAGES.mend}.place-order`]: contracts.anotherCard,
};

const sagaMessages: Readonly<Record<string, z.ZodType>> = {
  [SAGA_MESSAGES.start]: contracts.sagaStart,
  [SAGA_MESSAGES.cancel]: contracts.sagaCancel,
  [SAGA_MESSAGES.report]: contracts.sagaReport,
  [SAGA_MESSAGES.tick]: contracts.sagaTick,
  [SAGA_MESSAGES.mend]: contracts.sagaMend,
  [SAGA_MESSAGES.hold]: contracts.sagaControl,
  [SAGA_MESSAGES.release]: contracts.sagaControl,
  [SAGA_MESSAGES.move]: contracts.sagaMove,
};

const isContract = (value: unknown): value is CommandContract | EventContract =>
  typeof value === 'object' && value !== null && 'name' in value && 'topic' in value;

const atTheInbox = (
  kind: Kind,
  schemas: Readonly<Record<string, z.ZodType>>,
): readonly Declared[] =>
  Object.entries(schemas).map(([name, data]) => ({
    ...{ name, version: 1, kind, topic: 'saga.inbox', data },
  }));

/** In the order of their names. */
export const declaredMessages = (): readonly Declared[] =>
  [
    ...atTheInbox('saga-message', sagaMessages),
    ...atTheInbox('saga-input', carried),
    ...atTheInbox('reply', { reply: contracts.sagaReply }),
    ...Object.values<unknown>(contracts)
      .filter(isContract)
      .map((contract): Declared => {
        const { name, version, topic } = contract;
        if (!('replies' in contract)) {
          return { name, version, kind: 'event', topic, data: contract.data };
        }
        const { participant, payload, replies } = contract;
        return { name, version, kind: 'command', topic, participant, data: payload, replies };
      }),
  ].toSorted((one, other) => (one.name < other.name ? -1 : 1));
