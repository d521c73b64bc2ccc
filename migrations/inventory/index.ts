import { InventoryInitial1763726400201 } from './0001-initial.js';

export const migrations = [InventoryInitial1763726400201];
