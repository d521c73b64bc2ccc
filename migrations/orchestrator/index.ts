import { Initial1763726400001 } from './0001-initial.js';

export const migrations = [Initial1763726400001];
