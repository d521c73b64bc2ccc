import { MerchantInitial1764201600901 } from './0001-initial.js';

export const migrations = [MerchantInitial1764201600901];
