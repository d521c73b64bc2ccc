import { APP_GUARD } from '@nestjs/core';
import { Database } from '#messaging';
import { findMerchantKey, isOrderOf } from '../persistence/merchant-keys.js';
import { MERCHANT_DOOR, MerchantGuard, type MerchantDoor } from './merchant-guard.js';

const HINT = 'The merchant service makes keys: POST /merchants/{merchantId}/api-keys.';

/** Asks for a merchant's key wherever a route is not open to all, unless that is switched off. */
export const merchantAccess = (keys: 'required' | 'off') => [
  {
    provide: MERCHANT_DOOR,
    inject: [Database],
    useFactory: (database: Database): MerchantDoor | undefined =>
      keys === 'off'
        ? undefined
        : {
            ...{ realm: 'orders', kind: 'mk', hint: HINT },
            find: (keyId) => findMerchantKey(database, keyId),
            isOrderOf: (orderId, merchantId) => isOrderOf(database, orderId, merchantId),
          },
  },
  { provide: APP_GUARD, useClass: MerchantGuard },
];
