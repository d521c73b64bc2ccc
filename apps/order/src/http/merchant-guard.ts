/** Each merchant reaches its own orders and nobody else's: by its key, on every route of this service. */
import {
  createParamDecorator,
  Inject,
  Injectable,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { holderOf, isOpen, ProblemException, type KeyDoor, type KeyRequest } from '#platform';
import type { KeptMerchantKey } from '../persistence/merchant-keys.js';
import { isUuid, unknownOrder } from './order-views.js';

export interface MerchantDoor extends KeyDoor<KeptMerchantKey> {
  isOrderOf(orderId: string, merchantId: string): Promise<boolean>;
}
/** Provides the `MerchantDoor`; undefined where whoever reaches the service may do everything. */
export const MERCHANT_DOOR = Symbol('merchant door');

/** Whose key a request shows. */
export type MerchantCaller = Pick<KeptMerchantKey, 'keyId' | 'merchantId'>;

const callers = new WeakMap<object, MerchantCaller>();

/** A parameter of a handler: the `MerchantCaller`, undefined where no key is asked for. */
export const ByMerchant = createParamDecorator(
  (_: unknown, context: ExecutionContext): MerchantCaller | undefined =>
    callers.get(context.switchToHttp().getRequest<object>()),
);

interface Request extends KeyRequest {
  readonly params?: { readonly orderId?: string };
}

@Injectable()
export class MerchantGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(MERCHANT_DOOR) private readonly door: MerchantDoor | undefined,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.door === undefined || context.getType() !== 'http') return true;
    if (isOpen(this.reflector, context)) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const { keyId, merchantId } = await holderOf(request, this.door);
    const orderId = request.params?.orderId;
    // Here and not in each handler: no route about an order can forget it. What is no id is said later.
    if (orderId !== undefined && isUuid(orderId)) {
      const isOwn = await this.door.isOrderOf(orderId, merchantId);
      if (!isOwn) throw unknownOrder(orderId.toLowerCase());
    }
    callers.set(request, { keyId, merchantId });
    return true;
  }
}

/**
 * The merchant that a request is about: the one that it names, else the one whose key it shows.
 * @throws ProblemException 403 where these are two
 */
export function merchantOf(
  named: string | undefined,
  caller: MerchantCaller | undefined,
): string | undefined {
  if (caller === undefined || named === undefined || named === caller.merchantId) {
    return caller?.merchantId ?? named;
  }
  const message = `must be ${caller.merchantId}, whose key this is, or be left out`;
  throw new ProblemException(403, 'The key is of another merchant', `merchantId: ${message}`, {
    code: 'another-merchant',
    errors: [{ field: 'merchantId', message }],
  });
}
