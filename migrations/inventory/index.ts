import { InventoryInitial1763726400201 } from './0001-initial.js';
import { InventoryRestocked1764072000202 } from './0002-restocked.js';
import { InventoryWarehouses1764151200203 } from './0003-warehouses.js';
import { OutboxV21764313200000 } from '../shared/outbox-v2.js';

export const migrations = [
  InventoryInitial1763726400201,
  InventoryRestocked1764072000202,
  InventoryWarehouses1764151200203,
  OutboxV21764313200000,
];
