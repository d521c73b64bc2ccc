import { AccountingInitial1764195200201 } from './0001-initial.js';

export const migrations = [AccountingInitial1764195200201];
