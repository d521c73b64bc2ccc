import { OrderInitial1763726400101 } from './0001-initial.js';

export const migrations = [OrderInitial1763726400101];
