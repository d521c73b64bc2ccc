import { AccountingInitial1764195200201 } from './0001-initial.js';
import { OutboxV21764313200000 } from '../shared/outbox-v2.js';

export const migrations = [AccountingInitial1764195200201, OutboxV21764313200000];
