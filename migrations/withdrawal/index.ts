import { WithdrawalInitial1764195200203 } from './0001-initial.js';

export const migrations = [WithdrawalInitial1764195200203];
