import { Controller, Inject } from '@nestjs/common';
import {
  BatchHandler,
  deadLetter,
  type EventBatch,
  type MessagingLog,
  type UnitOfWork,
} from '#messaging';
import { counter } from '#platform';
import { besideRebuild } from '#reader';
import { LEDGER_CONTRACTS } from '../domain/facts.js';
import type { Contradiction } from '../domain/sort-out.js';
import { addSuspiciousFacts } from '../persistence/suspicious-facts.js';
import { book } from './booking.js';

const booked = counter({
  name: 'accounting_entries_total',
  help: 'Entries booked, by what they tell of',
  labelNames: ['fact'],
});
const suspicious = counter({
  name: 'accounting_suspicious_facts_total',
  help: 'Facts that say something else than they said when they were booked',
  labelNames: ['fact'],
});
// So that the first one is seen as one more: a counter that begins with 1 has not grown.
for (const { name } of LEDGER_CONTRACTS) suspicious.inc({ fact: name }, 0);

/** Where facts are told for the first time. */
export const LEDGER_TOPICS = ['payment.events', 'settlement.events', 'withdrawal.events'] as const;

export const LEDGER_LOG = Symbol('ledger-log');

/** Whatever moves money is an entry of the ledger. */
@Controller()
export class LedgerFactsController {
  constructor(@Inject(LEDGER_LOG) private readonly log: MessagingLog) {}

  @BatchHandler('payment.events')
  onPayments(batch: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.book(batch, unit);
  }

  @BatchHandler('settlement.events')
  onSettlements(batch: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.book(batch, unit);
  }

  @BatchHandler('withdrawal.events')
  onWithdrawals(batch: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.book(batch, unit);
  }

  /** Facts that are told again, to the ledger alone. */
  @BatchHandler('accounting.replay')
  onReplay(batch: EventBatch, unit: UnitOfWork): Promise<void> {
    return this.book(batch, unit);
  }

  private async book({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    besideRebuild(unit);
    const { entries, contradictions } = await book(unit.tx, events);
    if (contradictions.length > 0) await this.putAside(events, contradictions, unit);
    unit.afterCommit(() => {
      for (const { name } of entries) booked.inc({ fact: name });
    });
  }

  /** Once each, however often it is told: as a record here, and as a dead letter for the operators. */
  private async putAside(
    events: EventBatch['events'],
    contradictions: readonly Contradiction[],
    unit: UnitOfWork,
  ): Promise<void> {
    const added = await addSuspiciousFacts(
      unit.tx,
      contradictions.map(({ fact, content, knownId, reason }) => ({
        ...{ source: fact.event.source, eventId: fact.event.id, content, reason },
        ...{ entryId: knownId, fact: { name: fact.name, data: fact.event.data } },
      })),
    );
    for (const { source, eventId, content } of added) {
      const found = contradictions.find(
        ({ fact: { event }, content: other }) =>
          event.source === source && event.id === eventId && other === content,
      );
      const event = events.find((one) => one === found?.fact.event);
      if (!found || !event) continue;
      const { reason, fact, knownId } = found;
      const why = { code: 'suspicious-fact', message: reason, by: 'accounting' };
      unit.publish(deadLetter(event, why));
      unit.afterCommit(() => {
        suspicious.inc({ fact: fact.name });
        this.log.error({ source, eventId, entryId: knownId }, reason);
      });
    }
  }
}
