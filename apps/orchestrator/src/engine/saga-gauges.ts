/** How many sagas there are to look after, counted in the database when somebody asks. */
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '#messaging';
import { gauge, Reading } from '#platform';
import { isOver, sagaStates, SagaRegistry } from '#saga';
import { countLive, countWithAttention, type LiveCount } from '#saga-store';

interface Counted {
  readonly live: readonly LiveCount[];
  readonly attention: ReadonlyMap<string, number>;
}
const LIVE_STATES = sagaStates.filter((state) => !isOver(state));

const watched = new Set<SagaGauges>();

/** Reads through the indexes of states and of attention: what is over costs nothing. */
@Injectable()
export class SagaGauges implements OnApplicationBootstrap, OnModuleDestroy {
  readonly names: readonly string[];
  private readonly reading: Reading<Counted>;

  constructor(database: Database, registry: SagaRegistry) {
    this.names = [...new Set(registry.definitions.map(({ name }) => name))];
    this.reading = new Reading(async () => ({
      live: await countLive(database),
      attention: await countWithAttention(database),
    }));
  }

  latest(): Promise<Counted | undefined> {
    return this.reading.latest();
  }

  onApplicationBootstrap(): void {
    watched.add(this);
  }

  onModuleDestroy(): void {
    watched.delete(this);
  }
}

gauge({
  name: 'saga_live',
  help: 'Sagas that have not ended, of all replicas',
  labelNames: ['definition', 'state'],
  async collect() {
    for (const { names, live } of await counted()) {
      for (const definition of names) {
        for (const state of LIVE_STATES) this.set({ definition, state }, 0);
      }
      for (const { definition, state, count } of live) this.set({ definition, state }, count);
    }
  },
});
gauge({
  name: 'saga_oldest_seconds',
  help: 'Age of the oldest saga that has not ended, by state',
  labelNames: ['definition', 'state'],
  async collect() {
    this.reset();
    for (const { live } of await counted()) {
      for (const { definition, state, oldestS } of live) this.set({ definition, state }, oldestS);
    }
  },
});
gauge({
  name: 'saga_attention',
  help: 'Sagas that need a person, of all replicas',
  labelNames: ['definition'],
  async collect() {
    for (const { names, attention } of await counted()) {
      for (const definition of names) this.set({ definition }, attention.get(definition) ?? 0);
    }
  },
});

async function counted(): Promise<(Counted & { readonly names: readonly string[] })[]> {
  const read = await Promise.all(
    [...watched].map(async (one) => ({ names: one.names, counts: await one.latest() })),
  );
  return read.flatMap(({ names, counts }) => (counts ? [{ names, ...counts }] : []));
}
