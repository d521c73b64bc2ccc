import type { ReceivedEvent, Tx } from '#messaging';
import type { CommandKey } from './command.js';

export interface ParkedCommand {
  readonly key: CommandKey;
  readonly event: ReceivedEvent;
  /** Tries so far. */
  readonly attempts: number;
}

export interface ParkingStore {
  add(tx: Tx, command: ParkedCommand, error: string, pauseMs: number): Promise<void>;
  /** Waits for a retry that is under way. */
  remove(tx: Tx, keys: readonly CommandKey[]): Promise<void>;
  /** One that is due and that nobody else is trying; locked until the transaction ends. */
  takeDue(tx: Tx): Promise<ParkedCommand | undefined>;
  /** The same one again, if it still waits for the same try; locked until the transaction ends. */
  take(tx: Tx, command: ParkedCommand): Promise<boolean>;
  /** Puts one that was taken off until its next try. */
  postpone(tx: Tx, command: ParkedCommand, error: string, pauseMs: number): Promise<void>;
}

const SELECT = `select issued_on::text as "issuedOn", command_id as "commandId", event, attempts
                  from parked_command`;

type Row = CommandKey & Omit<ParkedCommand, 'key'>;

export class PostgresParkingStore implements ParkingStore {
  async add(tx: Tx, command: ParkedCommand, error: string, pauseMs: number): Promise<void> {
    const { key, event, attempts } = command;
    await tx.query(
      `insert into parked_command (issued_on, command_id, event, attempts, last_error, next_at)
       values ($1, $2, $3, $4, $5, now() + $6 * interval '1 ms')`,
      [key.issuedOn, key.commandId, JSON.stringify(event), attempts, storable(error), pauseMs],
    );
  }

  async remove(tx: Tx, keys: readonly CommandKey[]): Promise<void> {
    await tx.query(
      `delete from parked_command p
        using unnest($1::date[], $2::text[]) as n (issued_on, command_id)
        where p.issued_on = n.issued_on and p.command_id = n.command_id`,
      [keys.map((key) => key.issuedOn), keys.map((key) => key.commandId)],
    );
  }

  async takeDue(tx: Tx): Promise<ParkedCommand | undefined> {
    const [row] = await tx.query<Row>(
      `${SELECT} where next_at <= now() order by next_at limit 1 for update skip locked`,
    );
    if (!row) return undefined;
    const { issuedOn, commandId, event, attempts } = row;
    return { key: { issuedOn, commandId }, event, attempts };
  }

  async take(tx: Tx, { key, attempts }: ParkedCommand): Promise<boolean> {
    const rows = await tx.query<Row>(
      `${SELECT} where issued_on = $1 and command_id = $2 and attempts = $3 for update`,
      [key.issuedOn, key.commandId, attempts],
    );
    return rows.length > 0;
  }

  async postpone(tx: Tx, command: ParkedCommand, error: string, pauseMs: number): Promise<void> {
    const { key, attempts } = command;
    await tx.query(
      `update parked_command
          set attempts = $3, last_error = $4, next_at = now() + $5 * interval '1 ms'
        where issued_on = $1 and command_id = $2`,
      [key.issuedOn, key.commandId, attempts, storable(error), pauseMs],
    );
  }
}

/** Postgres keeps no NUL in a text, and nobody reads more than this. */
export const storable = (text: string): string => text.replaceAll('\u0000', '').slice(0, 2000);
