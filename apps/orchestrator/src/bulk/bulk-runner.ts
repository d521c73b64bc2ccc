/**
 * Does what bulk actions say, a chunk at a time: each chunk is one transaction of its sagas, their
 * commands and what is reported of them, so that it happens once whichever replica dies or takes part.
 * A participant gets no more than its pace, and no more than it answers; see `bulk-action.ts`.
 */
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Database, isTransient, Outbox, type MessagingLog, type UnitOfWork } from '#messaging';
import { runtime } from '#platform';
import { allowance, JUDGED, roomFor, tooManyErrors } from '../domain/bulk-action.js';
import { Interventions, type Intervened } from '../engine/interventions.js';
import {
  claimRunning,
  isAnyDue,
  lockPaces,
  moveBulkAction,
  nextItems,
  readLately,
  writeChunk,
  type BulkAction,
  type TriedItem,
  type WaitingItem,
} from '../persistence/bulk-rows.js';
import { LOGGER } from '../engine/saga-engine.js';
import { record } from './bulk-desk.js';

/** Between two chunks of one action. */
const REST_MS = 200;
/** Between two looks for an action that runs. */
const IDLE_MS = 500;
/** Sagas of one transaction, so that none of them is locked for long. */
const CHUNK = 100;

/** What one transaction was about, for who has to make do with its failure. */
interface Attempt {
  action?: BulkAction;
  items: readonly WaitingItem[];
}

@Injectable()
export class BulkRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private cancelTimer: (() => void) | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;
  /** So many chunks of one, to find the saga at which a chunk fails. */
  private careful = 0;

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly interventions: Interventions,
    @Inject(LOGGER) private readonly logger: Pick<MessagingLog, 'warn' | 'error'>,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule(IDLE_MS);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    this.cancelTimer?.();
    await this.running;
  }

  private schedule(afterMs: number): void {
    if (this.stopped) return;
    this.cancelTimer = runtime.after(afterMs, () => {
      this.running = this.look().then((found) => this.schedule(found ? 0 : IDLE_MS));
    });
  }

  /** @returns whether there was one that is due */
  private async look(): Promise<boolean> {
    const attempt: Attempt = { items: [] };
    try {
      if (!(await isAnyDue(this.database))) return false;
      const found = await this.outbox.transaction((unit) => this.chunk(unit, attempt));
      if (attempt.items.length > 0) this.careful = Math.max(0, this.careful - 1);
      return found;
    } catch (error) {
      await this.failed(attempt, error);
      return false;
    }
  }

  private async chunk(unit: UnitOfWork, attempt: Attempt): Promise<boolean> {
    const action = await claimRunning(unit.tx);
    if (!action) return false;
    attempt.action = action;
    const { id, perSecond } = action;
    const lately = await readLately(unit.tx, action, JUDGED);
    const why = tooManyErrors(lately, action.maxErrorPercent);
    if (why !== undefined) {
      await this.end(unit, action, 'stopped', why);
      return true;
    }
    const room = roomFor(lately, perSecond);
    const items = await this.next(unit, action, this.careful > 0 ? Math.min(1, room) : room);
    attempt.items = items;
    const wanted = items.map(({ sagaId, revision }) => wantedOf(action, sagaId, revision));
    const results = wanted.length > 0 ? await this.interventions.apply(unit, wanted) : [];
    const tried = items.map((item, index) => outcomeOf(item, results[index]));
    const waiting = await writeChunk(unit.tx, { id, tried, perSecond, restMs: REST_MS });
    if (waiting === 0) await this.end(unit, action, 'finished', null);
    return true;
  }

  /**
   * Of each participant what its pace allows, together no more than there is room for. Who has nothing
   * left to do takes no room away from others.
   */
  private async next(unit: UnitOfWork, { id, preview, perSecond }: BulkAction, room: number) {
    const most = Math.min(room, CHUNK);
    const names = preview.participants.map(({ participant }) => participant);
    const shares = new Map<string, number>();
    for (const { participant, idleMs } of await lockPaces(unit.tx, names)) {
      const share = Math.min(most, allowance(idleMs, perSecond));
      if (share > 0) shares.set(participant, share);
    }
    return shares.size > 0 ? (await nextItems(unit.tx, id, shares)).slice(0, most) : [];
  }

  private async end(
    unit: UnitOfWork,
    { id, madeBy }: BulkAction,
    state: 'stopped' | 'finished',
    why: string | null,
  ): Promise<void> {
    await moveBulkAction(unit.tx, id, { state, why });
    record(unit, state === 'stopped' ? 'stop' : 'finish', id, {
      actor: { owner: BY_ITSELF },
      reason: why ?? 'all of it has been tried',
      detail: { madeBy },
    });
  }

  /**
   * What fails for a moment is tried again. What fails for good is looked for one by one, reported as
   * refused, and holds nobody else up.
   */
  private async failed({ action, items }: Attempt, error: unknown): Promise<void> {
    const [item] = items;
    const context = { err: error, ...(action && { bulkAction: action.id }) };
    if (isTransient(error) || !action || !item) {
      this.logger.warn(context, 'a bulk action could not go on; it is tried again');
      return;
    }
    if (items.length > 1) {
      this.careful = items.length;
      this.logger.warn(context, 'a bulk action fails at a saga; it goes on one by one');
      return;
    }
    this.logger.error({ ...context, sagaId: item.sagaId }, 'a bulk action fails at this saga');
    const why = `it failed: ${error instanceof Error ? error.message : String(error)}`.slice(
      0,
      500,
    );
    try {
      await this.outbox.transaction((unit) => refuse(unit, action.id, item, why));
    } catch (again) {
      this.logger.warn({ err: again }, 'what failed could not be reported; it is tried again');
    }
  }
}

/** Who stops or finishes an action. */
const BY_ITSELF = 'orchestrator';

/** Only where it still waits: another replica may have been faster. */
async function refuse(unit: UnitOfWork, id: string, item: WaitingItem, why: string) {
  const action = await claimRunning(unit.tx, id);
  const shares = new Map([[item.participant, 1]]);
  const [first] = action ? await nextItems(unit.tx, id, shares) : [];
  if (!action || first?.ordinal !== item.ordinal) return;
  const tried = [{ ...item, outcome: 'refused', why } as const];
  await writeChunk(unit.tx, { id, tried, perSecond: action.perSecond, restMs: 0 });
}

const wantedOf = (
  { id, deed, reason, madeBy, keyId }: BulkAction,
  sagaId: string,
  revision: number,
) => ({
  ...deed,
  ...{ sagaId, revision, reason, bulkAction: id },
  actor: { owner: madeBy, ...(keyId !== null && { keyId }) },
});

function outcomeOf(item: WaitingItem, result: Intervened | undefined): TriedItem {
  switch (result?.kind) {
    case 'done':
      return { ...item, outcome: 'done', revisionAfter: result.instance.revision };
    case 'moved':
      return {
        ...{ ...item, outcome: 'moved' },
        why: `it is at revision ${result.revision} by now, and was looked at in ${item.revision}`,
      };
    case 'refused':
      return { ...item, outcome: 'refused', why: result.why };
    default:
      return { ...item, outcome: 'refused', why: 'there is no such saga any more' };
  }
}
