import { OrderInitial1763726400101 } from './0001-initial.js';
import { OrderReturns1764072000102 } from './0002-returns.js';
import { OrderContact1764133200103 } from './0003-contact.js';
import { OrderKnown1764140400104 } from './0004-known.js';
import { OrderFollowParcels1764150000105 } from './0005-follow-parcels.js';
import { OrderHistory1764150600106 } from './0006-history.js';
import { OrderLostParcels1764165000107 } from './0007-lost-parcels.js';
import { OrderKnownMerchants1764201600108 } from './0008-known-merchants.js';
import { OrderMerchantKeys1764288000109 } from './0009-merchant-keys.js';
import { OutboxV21764313200000 } from '../shared/outbox-v2.js';

export const migrations = [
  OrderInitial1763726400101,
  OrderReturns1764072000102,
  OrderContact1764133200103,
  OrderKnown1764140400104,
  OrderFollowParcels1764150000105,
  OrderHistory1764150600106,
  OrderLostParcels1764165000107,
  OrderKnownMerchants1764201600108,
  OrderMerchantKeys1764288000109,
  OutboxV21764313200000,
];
