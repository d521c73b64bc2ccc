/**
 * Requests share transactions, and a transaction waits for others: for one on another replica that is
 * about to use the same key, or that has the same order. That one may be stuck, and nobody can see
 * beforehand who would have to wait for it: the index that says so is the place where one waits. So
 * a group waits next to nothing, and when it had to it is taken apart beside the way of the others:
 *
 * - the fast lane, in groups. One that was held up leaves it, all of it;
 * - the suspects, in smaller groups, which are halved until those that are held up stand alone: the
 *   others are done within some milliseconds;
 * - the patient, one by one and only a few at a time, each until its own time is up.
 *
 * Advisory locks that are tried for each key would find them at once. They fill the server's table of
 * locks, two hundred a transaction, and a transaction of a version that does not take them, or of a
 * person, would hold up everybody all the same.
 */
import { StillLockedError } from '#messaging';
import { Batcher, runtime } from '#platform';

/** Two requests with one key on two replicas rarely need more: a commit takes that long. */
const FAST_WAIT_MS = 20;
const SUSPECT_WAIT_MS = 5;
const SUSPECTS = { maxItems: 32, maxConcurrent: 2 };
const PATIENT = { maxItems: 1, maxConcurrent: 2 };

export interface LaneLimits {
  /** Most requests of one transaction. */
  readonly maxItems: number;
  /** Most transactions at the same time. */
  readonly maxConcurrent: number;
  /** Most requests that wait in a lane; one more is told to come back later. */
  readonly maxQueued: number;
  /** See `BatcherOptions`: under a load the processors have better to do than small transactions. */
  readonly pause?: { readonly ms: number; readonly unlessWaiting: number };
}

export interface LanesOptions<Request, Answer> {
  readonly limits: LaneLimits;
  /**
   * All or nothing, in one transaction.
   * @param waitMs for each lock; undefined: as long as any statement may take
   * @throws StillLockedError when that was not enough
   */
  readonly run: (requests: readonly Request[], waitMs: number | undefined) => Promise<Answer[]>;
  /** Whether a failed group is worth splitting; see `BatcherOptions`. */
  readonly bisect?: (error: unknown) => boolean;
}

interface Entrant<Request> {
  readonly request: Request;
  /** Of the monotonic clock. */
  readonly untilMs: number;
}

export class Lanes<Request, Answer> {
  private readonly fast: Batcher<Request, Answer>;
  private readonly suspects: Batcher<Entrant<Request>, Answer | undefined>;
  private readonly patient: Batcher<Entrant<Request>, Answer | undefined>;

  constructor(private readonly options: LanesOptions<Request, Answer>) {
    const { limits, run, bisect = () => true } = options;
    const { maxQueued } = limits;
    this.fast = new Batcher({
      ...limits,
      run: (requests) => run(requests, FAST_WAIT_MS),
      bisect: (error) => !isLocked(error) && bisect(error),
    });
    this.suspects = new Batcher({
      ...SUSPECTS,
      maxQueued,
      run: (entrants) => this.runThoseInTime(entrants),
      bisect: (error) => isLocked(error) || bisect(error),
    });
    this.patient = new Batcher({
      ...PATIENT,
      maxQueued,
      run: (entrants) => this.wait(entrants),
    });
  }

  /**
   * @param untilMs of the monotonic clock, `Infinity` for one that waits for as long as it takes
   * @returns undefined when it had to wait longer; nothing is kept of it then
   * @throws QueueFullError when too many wait already
   */
  async add(request: Request, untilMs: number): Promise<Answer | undefined> {
    const entrant = { request, untilMs };
    return this.fast.add(request).catch(
      orElse(() => {
        // one that was alone is no suspect: it is the one
        if (this.options.limits.maxItems === 1) return this.patient.add(entrant);
        return this.suspects.add(entrant).catch(orElse(() => this.patient.add(entrant)));
      }),
    );
  }

  private async runThoseInTime(
    entrants: readonly Entrant<Request>[],
  ): Promise<(Answer | undefined)[]> {
    const inTime = entrants.filter(({ untilMs }) => untilMs > runtime.monotonicMs());
    if (inTime.length === 0) return entrants.map(() => undefined);
    const requests = inTime.map(({ request }) => request);
    const answers = await this.options.run(requests, SUSPECT_WAIT_MS);
    const answerOf = new Map(inTime.map((entrant, index) => [entrant, answers[index]]));
    return entrants.map((entrant) => answerOf.get(entrant));
  }

  /** @param entrants one */
  private async wait(entrants: readonly Entrant<Request>[]): Promise<(Answer | undefined)[]> {
    const untilMs = Math.min(...entrants.map((entrant) => entrant.untilMs));
    const leftMs = untilMs - runtime.monotonicMs();
    if (leftMs <= 0) return entrants.map(() => undefined);
    const waitMs = Number.isFinite(leftMs) ? leftMs : undefined;
    const requests = entrants.map(({ request }) => request);
    return this.options.run(requests, waitMs).catch((error: unknown) => {
      if (!isLocked(error)) throw error;
      return entrants.map(() => undefined);
    });
  }
}

const isLocked = (error: unknown): boolean => error instanceof StillLockedError;

const orElse =
  <Result>(next: () => Promise<Result>) =>
  (error: unknown): Promise<Result> => {
    if (isLocked(error)) return next();
    throw error;
  };
