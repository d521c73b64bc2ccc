import { OUTBOUND_TIMEOUT_MS } from '../shop/settings.js';
import type { World } from '../world/world.js';
import { CarrierBooks, type ReturnFate } from './carrier.js';
import { OutsideLine } from './line.js';
import { Mailbox } from './mail.js';
import { ProviderBooks } from './provider.js';

/** Everybody outside of the system, with books of their own. */
export class Outside {
  readonly provider: ProviderBooks;
  readonly carrier: CarrierBooks;
  readonly mailbox = new Mailbox();
  readonly providerLine: OutsideLine;
  readonly carrierLine: OutsideLine;
  readonly mailLine: OutsideLine;

  constructor(world: World, fateOf: (orderId: string) => ReturnFate) {
    this.provider = new ProviderBooks((what) => world.met(`${what} tried again`));
    this.carrier = new CarrierBooks(() => world.scheduler.nowMs, fateOf);
    this.providerLine = new OutsideLine(world, 'provider', OUTBOUND_TIMEOUT_MS);
    this.carrierLine = new OutsideLine(world, 'carrier', OUTBOUND_TIMEOUT_MS);
    this.mailLine = new OutsideLine(world, 'mail', OUTBOUND_TIMEOUT_MS);
  }
}
