import { ShippingInitial1763726400401 } from './0001-initial.js';

export const migrations = [ShippingInitial1763726400401];
