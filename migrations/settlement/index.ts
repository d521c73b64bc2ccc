import { SettlementInitial1764195200202 } from './0001-initial.js';

export const migrations = [SettlementInitial1764195200202];
