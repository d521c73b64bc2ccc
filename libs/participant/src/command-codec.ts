/** From an event on a command topic to a command, without looking at anything else. */
import { nameOfType, type CommandContract, type Reason } from '#contracts';
import type { ReceivedEvent } from '#messaging';
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

// Ids go into texts of Postgres, which hold no NUL; no id of ours has any control character.
const isId = (text: string | undefined, maxLength: number): text is string =>
  // oxlint-disable-next-line no-control-regex
  text !== undefined && /^[^\u0000-\u001f\u007f]+$/.test(text) && text.length <= maxLength;

export function readCommand(
  event: ReceivedEvent,
  contracts: CommandContracts,
  retried = false,
): ArrivedCommand | UnreadableCommand {
  const { issuedon = '', notafter = '', redrive } = event.extensions ?? {};
  const sagaId = event.correlationid;
  if (!isId(event.id, 200) || !isId(sagaId, 64) || !isId(event.key, 200)) {
    return unreadable(event, 'the event has no id, no correlationid or no key');
  }
  const to: CommandAddress = {
    commandId: event.id,
    issuedOn: issuedon,
    sagaId,
    businessKey: event.key,
    ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
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
  if (!isId(undoes, 200) || undoesissuedon === undefined || !isDay(undoesissuedon)) return 'broken';
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
