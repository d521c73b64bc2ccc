import type { Database } from '#messaging';
import type { Sealer } from '#platform';
import {
  findSealed,
  putEndpoint,
  removeEndpoint,
  rotateSecret,
  type WantedEndpoint,
} from '../persistence/webhook-rows.js';
import type { AddressGuard } from './address-guard.js';
import { newSecret, type Endpoint } from './webhook.js';

/** For how long messages are signed with the secret of before a rotation, too. */
const KEEP_PREVIOUS_MS = 24 * 60 * 60 * 1000;

export type PutOutcome =
  | { readonly kind: 'refused'; readonly fault: string }
  | { readonly kind: 'updated' }
  /** The secret is shown this once. */
  | { readonly kind: 'created'; readonly secret: string };

/** Where merchants say what they want to be told, and where. */
export class EndpointDesk {
  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly sealer: Pick<Sealer, 'seal'>,
    private readonly guard: Pick<AddressGuard, 'check'>,
  ) {}

  async put(wanted: WantedEndpoint): Promise<PutOutcome> {
    const url = URL.parse(wanted.url);
    const fault = url ? await this.guard.check(url) : 'must be an address';
    if (!url || fault !== undefined) return { kind: 'refused', fault: fault ?? '' };
    const secret = newSecret();
    const sealed = this.sealer.seal(secret);
    const { created } = await putEndpoint(this.database, { ...wanted, url: url.href }, sealed);
    return created ? { kind: 'created', secret } : { kind: 'updated' };
  }

  async find(merchantId: string): Promise<Endpoint | undefined> {
    return (await findSealed(this.database, [merchantId])).get(merchantId);
  }

  /** @returns the new secret; undefined when there is no such endpoint */
  async rotate(merchantId: string): Promise<string | undefined> {
    const secret = newSecret();
    const rotation = { secret: this.sealer.seal(secret), keepMs: KEEP_PREVIOUS_MS };
    return (await rotateSecret(this.database, merchantId, rotation)) ? secret : undefined;
  }

  /** What is still to be delivered to it is dropped. @returns whether there was one */
  remove(merchantId: string): Promise<boolean> {
    return removeEndpoint(this.database, merchantId);
  }
}
