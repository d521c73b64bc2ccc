import type { SagaDefinition } from '#saga';
import { placeOrder } from './place-order.saga.js';
import { placeOrderV1 } from './place-order.v1.saga.js';
import { placeOrderV2 } from './place-order.v2.saga.js';
import { refundLostParcel } from './refund-lost-parcel.saga.js';
import { returnOrder } from './return-order.saga.js';
import { withdraw } from './withdraw.saga.js';

/** Every definition of this service, also the versions that only live instances still need. */
export const sagas: readonly SagaDefinition[] = [
  placeOrder,
  placeOrderV1,
  placeOrderV2,
  returnOrder,
  refundLostParcel,
  withdraw,
];
