import { OrderInitial1763726400101 } from './0001-initial.js';
import { OrderReturns1764072000102 } from './0002-returns.js';
import { OrderContact1764133200103 } from './0003-contact.js';
import { OrderKnown1764140400104 } from './0004-known.js';
import { OrderHistory1764147600105 } from './0005-history.js';

export const migrations = [
  OrderInitial1763726400101,
  OrderReturns1764072000102,
  OrderContact1764133200103,
  OrderKnown1764140400104,
  OrderHistory1764147600105,
];
