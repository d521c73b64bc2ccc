import { MerchantInitial1764201600901 } from './0001-initial.js';
import { OutboxV21764313200000 } from '../shared/outbox-v2.js';

export const migrations = [MerchantInitial1764201600901, OutboxV21764313200000];
