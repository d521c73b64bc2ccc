import type { EventBatch, UnitOfWork } from '#messaging';
import { counter, runtime, type Logger } from '#platform';
import { factOf, type Fact } from '../domain/fact.js';
import { AHEAD, PAST } from '../domain/moment.js';
import { FACT_TOPICS } from '../domain/topics.js';
import { makeMonths } from '../persistence/event-months.js';
import { storeFacts } from '../persistence/store-facts.js';

const stored = counter({
  name: 'audit_facts_total',
  help: 'Facts added to the event store',
  labelNames: ['topic'],
});
const suspicious = counter({
  name: 'audit_conflicts_total',
  help: 'Facts that said something else under an id that was there',
  labelNames: ['topic'],
});
// So that the first one is seen as one more: a counter that begins with 1 has not grown.
for (const topic of FACT_TOPICS) suspicious.inc({ topic }, 0);

/** Adds what was heard to the event store. */
export class FactStore {
  /** Months that have their partition. */
  private readonly made = new Set<string>([PAST, AHEAD]);

  constructor(private readonly log: Pick<Logger, 'warn'>) {}

  async add(events: EventBatch['events'], unit: Pick<UnitOfWork, 'tx' | 'afterCommit'>) {
    const now = runtime.date().getTime();
    const facts = events.map((event) => factOf(event, now));
    const missing = [...new Set(facts.map(({ month }) => month))].filter(
      (month) => !this.made.has(month),
    );
    if (missing.length > 0) await makeMonths(unit.tx, missing);
    const { added, conflicting } = await storeFacts(unit.tx, facts);
    unit.afterCommit(() => {
      for (const month of missing) this.made.add(month);
      for (const { event } of added) stored.inc({ topic: event.topic });
      for (const fact of conflicting) this.report(fact);
    });
  }

  private report({ event }: Fact): void {
    suspicious.inc({ topic: event.topic });
    const { topic, partition, offset, source, id: eventId } = event;
    this.log.warn(
      { topic, partition, offset, source, eventId },
      'a fact says something else than the one of the same id; both are kept',
    );
  }
}
