import { receiveReturn } from '#contracts';
import type { UnitOfWork } from '#messaging';
import type { AdmittedCommand, Answer, CommandHandler } from '#participant';
import { alsoAwaiting, newReturnParcel, type ReceiveRequest } from '../domain/return-parcel.js';
import {
  postgresReturnParcelRows,
  type ReturnParcelRows,
  type StoredReturnParcel,
} from '../persistence/return-parcel-rows.js';
import { returnAnswer } from './returns.replies.js';
import { ReturnWorkers } from './returns.workers.js';

/** Accepts commands: what is to come back is written down, and the workers are told. */
export class ReturnsHandler implements CommandHandler {
  readonly participant = 'shipping';
  readonly commands = [receiveReturn];

  constructor(
    private readonly workers: ReturnWorkers,
    private readonly rows: ReturnParcelRows = postgresReturnParcelRows,
  ) {}

  async handle(unit: UnitOfWork, commands: readonly AdmittedCommand[]): Promise<Answer[]> {
    const stored = await this.rows.lockReturnParcels(unit.tx, [...new Set(commands.map(returnOf))]);
    const current = new Map(stored);
    const answers = commands.map((command) => {
      const parcel = accept(current.get(returnOf(command)), command);
      current.set(parcel.returnId, parcel);
      return returnAnswer(parcel);
    });
    const after = [...current.values()];
    const changed = after.filter((parcel) => parcel !== stored.get(parcel.returnId));
    await this.rows.insertReturnParcels(
      unit.tx,
      changed.filter(({ returnId }) => !stored.has(returnId)),
    );
    await this.rows.updateReturnParcels(
      unit.tx,
      changed.filter(({ returnId }) => stored.has(returnId)),
    );
    await this.workers.want(
      unit,
      changed.map(({ returnId }) => returnId),
    );
    return answers;
  }
}

const returnOf = ({ payload }: AdmittedCommand): string =>
  (payload as ReceiveRequest).returnId.toLowerCase();

function accept(
  parcel: StoredReturnParcel | undefined,
  { payload, address }: AdmittedCommand,
): StoredReturnParcel {
  if (!parcel) return newReturnParcel(payload as ReceiveRequest, address);
  return alsoAwaiting(parcel, address);
}
