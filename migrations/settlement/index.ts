import { SettlementInitial1764195200202 } from './0001-initial.js';
import { EventOfOrderFact1764288000013 } from './0002-event-of-fact.js';
import { OutboxV21764313200000 } from '../shared/outbox-v2.js';

export const migrations = [
  SettlementInitial1764195200202,
  EventOfOrderFact1764288000013,
  OutboxV21764313200000,
];
