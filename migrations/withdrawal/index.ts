import { WithdrawalInitial1764195200203 } from './0001-initial.js';
import { OutboxV21764313200000 } from '../shared/outbox-v2.js';

export const migrations = [WithdrawalInitial1764195200203, OutboxV21764313200000];
