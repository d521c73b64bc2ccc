import { OrderInitial1763726400101 } from './0001-initial.js';
import { OrderReturns1764072000102 } from './0002-returns.js';

export const migrations = [OrderInitial1763726400101, OrderReturns1764072000102];
