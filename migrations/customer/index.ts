import { CustomerInitial1764140400801 } from './0001-initial.js';
import { OutboxV21764313200000 } from '../shared/outbox-v2.js';

export const migrations = [CustomerInitial1764140400801, OutboxV21764313200000];
