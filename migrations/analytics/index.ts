import { AnalyticsInitial1764195200200 } from './0001-initial.js';
import { EventOfFact1764288000012 } from './0002-event-of-fact.js';
import { OutboxV21764313200000 } from '../shared/outbox-v2.js';

export const migrations = [
  AnalyticsInitial1764195200200,
  EventOfFact1764288000012,
  OutboxV21764313200000,
];
