import { CatalogInitial1764140400701 } from './0001-initial.js';
import { OutboxV21764313200000 } from '../shared/outbox-v2.js';

export const migrations = [CatalogInitial1764140400701, OutboxV21764313200000];
