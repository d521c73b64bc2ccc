import { OUTBOUND_TIMEOUT_MS } from '../shop/settings.js';
import type { World } from '../world/world.js';
import { CarrierBooks } from './carrier.js';
import { OutsideLine } from './line.js';
import { Mailbox } from './mail.js';
import { ProviderBooks } from './provider.js';

/** Everybody outside of the system, with books of their own. */
export class Outside {
  readonly provider = new ProviderBooks();
  readonly carrier = new CarrierBooks();
  readonly mailbox = new Mailbox();
  readonly providerLine: OutsideLine;
  readonly carrierLine: OutsideLine;
  readonly mailLine: OutsideLine;

  constructor(world: World) {
    this.providerLine = new OutsideLine(world, 'provider', OUTBOUND_TIMEOUT_MS);
    this.carrierLine = new OutsideLine(world, 'carrier', OUTBOUND_TIMEOUT_MS);
    this.mailLine = new OutsideLine(world, 'mail', OUTBOUND_TIMEOUT_MS);
  }
}
