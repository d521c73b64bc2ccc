/** Commands as the orchestrator would send them, for the tests of participants. */
import { eventType, releaseStock, reserveStock, type CommandContract } from '#contracts';
import type { ReceivedEvent } from '#messaging';
import { readCommand, type ArrivedCommand } from '../command-codec.js';

export const NOW = new Date('2026-03-15T12:00:00Z');
export const TODAY = '2026-03-15';
export const ORDER = '0195e7a0-0000-7000-8000-000000000001';

export const contracts = new Map<string, CommandContract>(
  [reserveStock, releaseStock].map((contract) => [contract.name, contract]),
);

export interface Sent {
  readonly id?: string;
  readonly name?: string;
  readonly data?: unknown;
  readonly order?: string;
  readonly issuedOn?: string;
  readonly notAfter?: string;
  readonly undoes?: string;
  readonly undoesIssuedOn?: string;
  readonly redrive?: string;
}

export function sent(command: Sent = {}): ReceivedEvent {
  const { order = ORDER, issuedOn = TODAY, undoes } = command;
  const { name = undoes === undefined ? reserveStock.name : releaseStock.name } = command;
  const items = [{ productId: 'A', quantity: 1 }];
  return {
    topic: 'inventory.commands',
    key: order,
    partition: 0,
    offset: '0',
    headers: {},
    id: command.id ?? (undoes === undefined ? 'saga:reserve-stock' : `${undoes}:undo`),
    source: 'orchestrator',
    type: eventType(name),
    subject: order,
    time: NOW.toISOString(),
    data: command.data ?? (undoes === undefined ? { orderId: order, items } : { orderId: order }),
    correlationid: 'saga',
    extensions: {
      issuedon: issuedOn,
      notafter: command.notAfter ?? `${issuedOn}T23:59:59Z`,
      resend: '0',
      ...(undoes !== undefined && {
        undoes,
        undoesissuedon: command.undoesIssuedOn ?? issuedOn,
      }),
      ...(command.redrive !== undefined && { redrive: command.redrive }),
    },
  };
}

/** Read, and known to be readable. */
export function arrived(command: Sent = {}, retried = false): ArrivedCommand {
  const read = readCommand(sent(command), contracts, retried);
  if (read.kind !== 'command') throw new Error(read.reason.message);
  return read;
}
