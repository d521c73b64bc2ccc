/** From an event on a command topic to a command, without looking at anything else. */
import { nameOfType, type CommandContract, type Reason } from '#contracts';
import { chainAfter, type ReceivedEvent } from '#messaging';
import type { AdmittedCommand, CommandAddress, CommandKey } from './command.js';
import { isDay } from './day.js';
import { reasonOf } from './reply.js';

/**
 * How a command came here. A redriven one was a dead letter that a person sent again (extension
 * `redrive`); a retried one was parked.
 */
export type Arrival = 'sent' | 'redriven' | 'retried';

/** A command that can be answered, if only by saying what is wrong with it. */
export interface ArrivedCommand {
  readonly kind: 'command';
  readonly command: AdmittedCommand;
  readonly arrival: Arrival;
  /** It names no command of this participant, or its payload does not fit the contract. */
  readonly fault?: Reason;
}

/** Not even the sender or the day of the barrier is known: it goes to the dead letters. */
export interface UnreadableCommand {
  readonly kind: 'unreadable';
  readonly event: ReceivedEvent;
  readonly reason: Reason;
  /** Present when there is somebody to tell. */
  readonly to?: CommandAddress;
}

export type CommandContracts = ReadonlyMap<string, CommandContract>;

const MAX_COMMAND_ID = 200;
const MAX_SAGA_ID = 64;
const MAX_KEY = 200;

/** Ids go into texts of Postgres, which hold no NUL; no id of ours has any control character. */
function idFault(name: string, text: string | undefined, maxLength: number): string | undefined {
  if (!text) return `there is no ${name}`;
  if (text.length > maxLength) {
    return `${name} has ${text.length} characters, at most ${maxLength} are allowed`;
  }
  // oxlint-disable-next-line no-control-regex
  return /[\u0000-\u001f\u007f]/.test(text) ? `${name} holds control characters` : undefined;
}

/**
 * Why a command cannot be answered at all: each of these is a part of the reply, where the
 * orchestrator holds it to the same limits. It goes to the dead letters only. The orchestrator sends
 * no such command, so nobody waits for an answer.
 */
const addressFault = ({ id, correlationid, key }: ReceivedEvent): string | undefined =>
  idFault('id', id, MAX_COMMAND_ID) ??
  idFault('correlationid', correlationid, MAX_SAGA_ID) ??
  idFault('key', key, MAX_KEY);

export function readCommand(
  event: ReceivedEvent,
  contracts: CommandContracts,
  retried = false,
): ArrivedCommand | UnreadableCommand {
  const { issuedon = '', notafter = '', redrive } = event.extensions ?? {};
  const { correlationid: sagaId = '' } = event;
  const noAddress = addressFault(event);
  if (noAddress !== undefined) return unreadable(event, noAddress);
  const to: CommandAddress = {
    commandId: event.id,
    issuedOn: issuedon,
    sagaId,
    businessKey: event.key,
    ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
    chain: chainAfter(event, event.key),
  };
  const notAfter = new Date(notafter);
  if (!isDay(issuedon) || Number.isNaN(notAfter.getTime())) {
    return unreadable(event, 'issuedon is no day (YYYY-MM-DD), or notafter no time', to);
  }
  const undoes = readUndoes(event);
  if (undoes === 'broken') {
    return unreadable(event, 'undoes and undoesissuedon do not name a command', to);
  }
  const name = nameOfType(event.type) ?? event.type;
  const { payload, fault } = readPayload(event, name, contracts);
  return {
    kind: 'command',
    command: { address: to, name, payload, ...(undoes && { undoes }), notAfter, event },
    arrival: retried ? 'retried' : redrive === undefined ? 'sent' : 'redriven',
    ...(fault && { fault }),
  };
}

function readUndoes({ extensions = {} }: ReceivedEvent): CommandKey | 'broken' | undefined {
  const { undoes, undoesissuedon } = extensions;
  if (undoes === undefined && undoesissuedon === undefined) return undefined;
  if (undoes === undefined || undoesissuedon === undefined || !isDay(undoesissuedon))
    return 'broken';
  if (idFault('undoes', undoes, MAX_COMMAND_ID) !== undefined) return 'broken';
  return { commandId: undoes, issuedOn: undoesissuedon };
}

function readPayload(
  event: ReceivedEvent,
  name: string,
  contracts: CommandContracts,
): { payload: unknown; fault?: Reason } {
  const contract = contracts.get(name);
  if (!contract) {
    return { payload: undefined, fault: reasonOf('unknown-command', `${name} is not known here`) };
  }
  const parsed = contract.payload.safeParse(event.data);
  if (parsed.success) return { payload: parsed.data };
  // Paths and rules only: values may be secret.
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return { payload: undefined, fault: reasonOf('invalid-payload', faults.join('; ')) };
}

const unreadable = (
  event: ReceivedEvent,
  message: string,
  to?: CommandAddress,
): UnreadableCommand => ({
  kind: 'unreadable',
  event,
  reason: reasonOf('unreadable-command', message),
  ...(to && { to }),
});
