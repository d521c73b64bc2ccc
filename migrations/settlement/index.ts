import { SettlementInitial1764195200202 } from './0001-initial.js';
import { EventOfOrderFact1764288000013 } from './0002-event-of-fact.js';

export const migrations = [SettlementInitial1764195200202, EventOfOrderFact1764288000013];
