/** What only the documents of the live sagas say: where they are, and what is out because of them. */
import type { Database } from '#messaging';
import { isOver, sagaStates, whereabouts, type SagaInstance } from '#saga';
import { searchSagas } from '#saga-store';

/** Of a kind and unit, absolute: what has been taken and not brought back. */
export interface Risk {
  readonly kind: string;
  readonly unit: string;
  readonly inFlight: number;
  /** Of those that are being undone, or need a person. */
  readonly atRisk: number;
}

export interface AtStep {
  readonly definition: string;
  readonly step: string;
  readonly state: string;
  readonly count: number;
}

export interface Survey {
  readonly risk: readonly Risk[];
  readonly at: readonly AtStep[];
  /** False: there are more live sagas than were looked at, and these are the newest. */
  readonly complete: boolean;
}

const PAGE = 1_000;
const MOST_LOOKED_AT = 50_000;
const LIVE = sagaStates.filter((state) => !isOver(state));

export async function surveyLive(database: Database): Promise<Survey> {
  const sums = new Sums();
  let looked = 0;
  let cursor: string | undefined;
  do {
    const page = await searchSagas(
      database,
      { states: LIVE },
      { limit: PAGE, ...(cursor !== undefined && { cursor }) },
    );
    for (const instance of page.instances) sums.add(instance);
    looked += page.instances.length;
    cursor = page.next;
  } while (cursor !== undefined && looked < MOST_LOOKED_AT);
  return { ...sums.told, complete: cursor === undefined };
}

class Sums {
  private readonly risk = new Map<string, { -readonly [Key in keyof Risk]: Risk[Key] }>();
  private readonly at = new Map<string, { -readonly [Key in keyof AtStep]: AtStep[Key] }>();

  add(instance: SagaInstance): void {
    const isAtRisk = instance.state === 'compensating' || instance.attention !== undefined;
    for (const { kind, unit, taken, returned } of Object.values(instance.ledger)) {
      const key = `${kind}\n${unit}`;
      const sum = this.risk.get(key) ?? { kind, unit, inFlight: 0, atRisk: 0 };
      this.risk.set(key, sum);
      sum.inFlight += taken - returned;
      if (isAtRisk) sum.atRisk += taken - returned;
    }
    const { definition } = instance;
    for (const { step, state } of whereabouts(instance)) {
      const key = `${definition}\n${step}\n${state}`;
      const sum = this.at.get(key) ?? { definition, step, state, count: 0 };
      this.at.set(key, sum);
      sum.count += 1;
    }
  }

  get told(): Pick<Survey, 'risk' | 'at'> {
    return { risk: [...this.risk.values()], at: [...this.at.values()] };
  }
}
