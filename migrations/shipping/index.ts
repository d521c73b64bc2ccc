import { ShippingInitial1763726400401 } from './0001-initial.js';
import { ShippingReturnParcels1764072000402 } from './0002-return-parcels.js';
import { ShippingParcels1764158400403 } from './0003-parcels.js';
import { OutboxV21764313200000 } from '../shared/outbox-v2.js';

export const migrations = [
  ShippingInitial1763726400401,
  ShippingReturnParcels1764072000402,
  ShippingParcels1764158400403,
  OutboxV21764313200000,
];
