import { releaseStock, reserveStock, restockGoods, secureStock } from '#contracts';
import { caused, type UnitOfWork } from '#messaging';
import type { AdmittedCommand, Answer, Answers, CommandHandler } from '#participant';
import { PLAIN_ID, runtime } from '#platform';
import { effectOf, factEvent } from '../domain/facts.js';
import { handleCommand, type InventoryPayload } from '../domain/handle-command.js';
import type { Owner } from '../domain/reservation.js';
import { lockShelf, saveShelf } from '../persistence/load-shelf.js';
import { postgresShelfRows, type ShelfRows } from '../persistence/shelf-rows.js';

export interface ReservationTimes {
  /** How long a reservation is held when nobody secures it, and the saga does not say. */
  readonly ttlMs: number;
  /** The longest that a saga may ask for. */
  readonly maxMs: number;
}

/** Reserves, secures, releases and restocks: a batch is folded in memory and written once a row. */
export class StockHandler implements CommandHandler {
  readonly participant = 'inventory';
  readonly commands = [reserveStock, secureStock, releaseStock, restockGoods];

  constructor(
    private readonly times: ReservationTimes,
    private readonly answers: Pick<Answers, 'report'>,
    private readonly clock: () => Date = runtime.date,
    private readonly rows: ShelfRows = postgresShelfRows,
  ) {}

  async handle(unit: UnitOfWork, admitted: readonly AdmittedCommand[]): Promise<Answer[]> {
    const commands = admitted.map(withLowerCaseId);
    const request = {
      orderIds: [...new Set(commands.map(({ payload }) => payload.orderId))],
      // Others were never set, so there is none of them; some could not even be asked for.
      productIds: commands.flatMap(({ payload }) =>
        (payload.items ?? []).map((item) => item.productId).filter((id) => PLAIN_ID.test(id)),
      ),
      moving: commands
        .filter(({ name }) => name === releaseStock.name || name === restockGoods.name)
        .map(({ payload }) => payload.orderId),
    };
    const shelf = await lockShelf(unit.tx, request, this.rows);
    const now = this.clock();
    const time = now.toISOString();
    const answers = commands.map((command) => {
      const { ttlMs, maxMs } = this.times;
      const holdMs = Math.min(command.payload.holdMs ?? ttlMs, maxMs);
      const expiresAt = new Date(now.getTime() + holdMs);
      const { answer, facts, moved } = handleCommand(shelf, command, expiresAt);
      for (const fact of facts) unit.publish(caused(command.event, factEvent(fact, time)));
      if (moved) this.answers.report(unit, { ...ownerOf(moved), effects: [effectOf(moved)] });
      return answer;
    });
    await saveShelf(unit.tx, shelf, this.rows);
    return answers;
  }
}

const ownerOf = ({ sagaId, businessKey }: Owner): Owner => ({ sagaId, businessKey });

/** As the database gives ids back. */
function withLowerCaseId(command: AdmittedCommand): AdmittedCommand<InventoryPayload> {
  const payload = command.payload as InventoryPayload;
  const { returnId } = payload;
  const ids = {
    orderId: payload.orderId.toLowerCase(),
    ...(returnId !== undefined && { returnId: returnId.toLowerCase() }),
  };
  return { ...command, payload: { ...payload, ...ids } };
}
