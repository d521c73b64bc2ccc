/** How many dead letters wait for a person, counted in the database when somebody asks. */
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { topics } from '#contracts';
import { Database } from '#messaging';
import { gauge, Reading } from '#platform';
import { countOpen, type OpenCount } from '../persistence/dead-letter-search.js';

const watched = new Set<DeadLetterGauges>();

/** Reads through the index of the open ones: what was decided costs nothing. */
@Injectable()
export class DeadLetterGauges implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly reading: Reading<readonly OpenCount[]>;

  constructor(database: Database) {
    this.reading = new Reading(() => countOpen(database));
  }

  latest(waitMs?: number): Promise<readonly OpenCount[] | undefined> {
    return this.reading.latest(waitMs);
  }

  onApplicationBootstrap(): void {
    watched.add(this);
  }

  onModuleDestroy(): void {
    watched.delete(this);
  }
}

gauge({
  name: 'dead_letters_open',
  help: 'Dead letters of a topic that nobody has redriven or discarded yet',
  labelNames: ['topic'],
  async collect() {
    this.reset();
    for (const one of watched) {
      const counts = await one.latest();
      if (!counts) continue;
      for (const topic of Object.keys(topics)) this.set({ topic }, 0);
      for (const { topic, count } of counts) this.inc({ topic }, count);
    }
  },
});
