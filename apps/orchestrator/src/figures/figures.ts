/** Figures of all sagas, for who looks at them: each is read when it is asked for, and kept for a while. */
import { Injectable } from '@nestjs/common';
import { Database, KafkaClient } from '#messaging';
import { Reading } from '#platform';
import { countLive, countWithAttention, searchSagas, type LiveCount } from '#saga-store';
import { DeadLetterGauges } from '../engine/dead-letter-gauges.js';
import { stepTimes, type StepTimes } from './step-times.js';
import { surveyLive, type Survey } from './survey.js';

export interface SagaFigures {
  readonly live: readonly Pick<LiveCount, 'definition' | 'state' | 'count'>[];
  /** How many need a person, by definition. */
  readonly attention: readonly { readonly definition: string; readonly count: number }[];
  readonly oldestLiveS: number;
  /** Null while they are not known: not read yet, or they could not be. */
  readonly risk: Survey['risk'] | null;
  readonly at: Survey['at'] | null;
  /** False: there are more live sagas than `risk` and `at` tell of. */
  readonly surveyComplete: boolean;
  readonly steps: readonly StepTimes[] | null;
  /** Dead letters of all topics that nobody has decided about; null while they are not known. */
  readonly deadLetters: { readonly open: number } | null;
  /** Messages of the inbox that nobody has handled; null while the broker does not say. */
  readonly lag: number | null;
}

const ENDED = 1_000;
const INBOX = 'saga.inbox';

@Injectable()
export class Figures {
  private readonly counts: Reading<Pick<SagaFigures, 'live' | 'attention' | 'oldestLiveS'>>;
  private readonly survey: Reading<Survey>;
  private readonly steps: Reading<readonly StepTimes[]>;
  private readonly lag: Reading<number>;

  constructor(
    database: Database,
    kafka: KafkaClient,
    private readonly letters: DeadLetterGauges,
  ) {
    this.counts = new Reading(() => count(database), within(900, 5_000));
    // every live saga is looked at
    this.survey = new Reading(() => surveyLive(database), within(10_000, 5_000));
    this.steps = new Reading(() => timesOfEnded(database), within(30_000, 5_000));
    this.lag = new Reading(
      async () => {
        const lags = await kafka.lag('orchestrator', [INBOX]);
        return (lags[INBOX] ?? []).reduce((sum, behind) => sum + behind, 0);
      },
      within(5_000, 300),
    );
  }

  /**
   * @param patienceMs how long what takes long is waited for: then it is null, for now
   * @returns undefined while the database does not answer
   */
  async latest(patienceMs?: number): Promise<SagaFigures | undefined> {
    const [counts, survey, steps, letters, lag] = await Promise.all([
      this.counts.latest(),
      this.survey.latest(patienceMs),
      this.steps.latest(patienceMs),
      this.letters.latest(patienceMs),
      this.lag.latest(patienceMs),
    ]);
    if (!counts) return undefined;
    return {
      ...counts,
      risk: survey?.risk ?? null,
      at: survey?.at ?? null,
      surveyComplete: survey?.complete ?? false,
      steps: steps ?? null,
      deadLetters: letters ? { open: letters.reduce((sum, { count: of }) => sum + of, 0) } : null,
      lag: lag ?? null,
    };
  }
}

const within = (freshMs: number, waitMs: number) => ({ freshMs, waitMs, staleMs: 60_000 });

async function count(database: Database) {
  const [live, attention] = await Promise.all([countLive(database), countWithAttention(database)]);
  return {
    live: live.map(({ definition, state, count: number }) => ({
      definition,
      state,
      count: number,
    })),
    attention: [...attention].map(([definition, number]) => ({ definition, count: number })),
    oldestLiveS: Math.max(0, ...live.map(({ oldestS }) => oldestS)),
  };
}

async function timesOfEnded(database: Database): Promise<readonly StepTimes[]> {
  const states = ['completed', 'compensated'] as const;
  const { instances } = await searchSagas(database, { states }, { limit: ENDED });
  return stepTimes(instances);
}
