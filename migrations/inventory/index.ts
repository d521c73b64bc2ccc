import { InventoryInitial1763726400201 } from './0001-initial.js';
import { InventoryRestocked1764072000202 } from './0002-restocked.js';
import { InventoryWarehouses1764151200203 } from './0003-warehouses.js';

export const migrations = [
  InventoryInitial1763726400201,
  InventoryRestocked1764072000202,
  InventoryWarehouses1764151200203,
];
