import { OUTBOUND_TIMEOUT_MS } from '../shop/settings.js';
import type { World } from '../world/world.js';
import { BankBooks } from './bank.js';
import { CarrierBooks, type ReturnFate } from './carrier.js';
import { OutsideLine } from './line.js';
import { Mailbox } from './mail.js';
import { ParcelBooks, type ParcelFate } from './parcel-books.js';
import { ProviderBooks } from './provider.js';

/** Everybody outside of the system, with books of their own. */
export class Outside {
  readonly provider: ProviderBooks;
  readonly carrier: CarrierBooks;
  readonly mailbox = new Mailbox();
  readonly bank: BankBooks;
  readonly providerLine: OutsideLine;
  readonly carrierLine: OutsideLine;
  readonly mailLine: OutsideLine;
  readonly bankLine: OutsideLine;

  constructor(
    world: World,
    parcelFateOf: (orderId: string) => ParcelFate,
    returnFateOf: (orderId: string) => ReturnFate,
    bankTakesMs: (withdrawalId: string) => number,
  ) {
    this.provider = new ProviderBooks(world);
    this.providerLine = new OutsideLine(world, 'provider', OUTBOUND_TIMEOUT_MS);
    this.carrierLine = new OutsideLine(world, 'carrier', OUTBOUND_TIMEOUT_MS);
    const parcels = new ParcelBooks({
      now: () => new Date(world.epochMs).toISOString(),
      after: (delayMs, run) => void world.scheduler.after(delayMs, this.carrierLine.actor, run),
      fateOf: parcelFateOf,
      met: (situation) => world.met(situation),
    });
    this.carrier = new CarrierBooks(parcels, () => world.scheduler.nowMs, returnFateOf);
    this.mailLine = new OutsideLine(world, 'mail', OUTBOUND_TIMEOUT_MS);
    this.bankLine = new OutsideLine(world, 'bank', OUTBOUND_TIMEOUT_MS);
    this.bank = new BankBooks(
      () => world.scheduler.nowMs,
      bankTakesMs,
      (situation) => world.met(situation),
    );
  }

  /** Nobody reaches them until then; virtual time. */
  goAway(untilMs: number): void {
    for (const line of [this.providerLine, this.carrierLine, this.bankLine]) {
      line.awayUntilMs = untilMs;
    }
  }
}
