/** What a seed sets out to do: who orders what, what goes wrong and how often, how things are sized. */
import {
  CHANCE_KINDS,
  CONDITION_KINDS,
  INCIDENT_KINDS,
  type ChanceKind,
  type ConditionKind,
  type IncidentKind,
} from './world/faults.js';
import { withdrawalsOf, type WithdrawalPlan } from './withdrawal-plan.js';
import { Random } from './world/random.js';

export const SERVICES = [
  'order',
  'orchestrator',
  'inventory',
  'payment',
  'shipping',
  'notification',
  'settlement',
  'withdrawal',
] as const;
export type ServiceName = (typeof SERVICES)[number];
export const REPLICAS = [1, 2] as const;

export interface ReturnPlan {
  /** Counts from 1; also its idempotency key. */
  readonly no: number;
  /** First asked for this long after the order was accepted. */
  readonly afterMs: number;
  /** All that was ordered, or one piece of the first line. */
  readonly share: 'all' | 'one-piece';
  readonly isDoubled: boolean;
  /** The customer keeps the goods after all, and says so this long after it was accepted. */
  readonly cancelAfterMs?: number;
}

/** How the carrier fetches an order's parcel, and what becomes of it. */
export interface ParcelPlan {
  /** How long its van takes to come; 0: it stands at the door. */
  readonly vanMs: number;
  readonly transitMs: number;
  readonly isLost: boolean;
  readonly isToldTwice: boolean;
}

export type Card = 'ok' | 'declined';

export interface OrderPlan {
  /** Counts from 1; also its idempotency key. */
  readonly no: number;
  readonly atMs: number;
  readonly lines: readonly { readonly product: number; readonly quantity: number }[];
  readonly card: Card;
  /** For how long the customer of a declined card is waited for; 0: not at all. */
  readonly anotherCardMs: number;
  /** Given this long after the one before was seen to be declined. */
  readonly moreCards: readonly { readonly afterMs: number; readonly card: Card }[];
  /** Paid by transfer, so long after the customer was asked; never: by nobody. */
  readonly transferMs?: number | 'never';
  readonly address: 'known' | 'unreachable';
  readonly mailbox: 'known' | 'unknown';
  /** Asked for this long after it was accepted. */
  readonly cancelAfterMs?: number;
  /** The client does not wait for the first answer before it sends the same request once more. */
  readonly isDoubled: boolean;
  readonly returns: readonly ReturnPlan[];
  /** Default: fetched at once, and delivered. */
  readonly parcel?: ParcelPlan;
  /** Goods that the customer sends back never arrive. */
  readonly isReturnLost: boolean;
  readonly returnTransitMs: number;
  /** Statements about it fail in this service for a while, as data that a bug trips over does. */
  readonly poisonedIn?: 'inventory' | 'order';
}

export interface Incident {
  readonly kind: IncidentKind;
  readonly atMs: number;
  readonly lastsMs: number;
  readonly service: ServiceName;
  readonly replica: number;
}

export interface Shape {
  /** When faults end and everything heals. */
  readonly faultsEndMs: number;
  readonly partitions: number;
  readonly maxBatch: number;
  readonly products: number;
  readonly stockOfEach: number;
  readonly reservationMs: number;
  readonly stepTimeoutMs: number;
  readonly stepAttempts: number;
  readonly leaseMs: number;
  /** Messages that an outbox keeps in memory. */
  readonly outboxMessages: number;
  readonly parkAttempts: number;
  /** How long a request to the broker takes at most: more come together in a batch then. */
  readonly brokerMs: number;
  /** The longest of the rare slow round trips; 0: all take the same. */
  readonly slowestMs: number;
}

export interface Plan {
  readonly seed: number;
  readonly orders: readonly OrderPlan[];
  readonly withdrawals: readonly WithdrawalPlan[];
  readonly rates: Readonly<Partial<Record<ChanceKind, number>>>;
  readonly incidents: readonly Incident[];
  /** Befall, one by one, a world that would come to its end with fewer than `LEAST_FAULT_KINDS`. */
  readonly reserve?: readonly Incident[];
  readonly conditions: readonly ConditionKind[];
  readonly shape: Shape;
  /** Single strokes of fate that are left out, `kind#n`. */
  readonly spared: readonly string[];
}

/** Each kind at its most; a seed takes between a tenth of it and all of it. */
const MOST: Readonly<Record<ChanceKind, number>> = {
  'crash-point': 0.003,
  'connection-lost': 0.02,
  'serialization-failure': 0.03,
  'commit-refused': 0.08,
  'commit-applied-unknown': 0.06,
  'commit-lost-unknown': 0.06,
  'send-lost': 0.15,
  'send-unanswered': 0.15,
  'send-partial': 0.2,
  'offset-commit-lost': 0.3,
  redelivery: 0.15,
  'statement-poisoned': 0.5,
  'outside-request-lost': 0.2,
  'outside-answer-lost': 0.25,
  'outside-slow': 0.25,
};

/** Of few kinds that are rare, some never come about. */
export const LEAST_FAULT_KINDS = 3;
/** Incidents of the reserve befall this long before the end of faults. */
const RESERVE_MS = 2_000;

const LEAST_ORDERS = 20;
const MOST_ORDERS = 21;

/** The plan of a seed: the same one each time. */
export function planOf(seed: number): Plan {
  const random = new Random(seed, 'plan');
  const faultsEndMs = random.whole(10_000, 22_000);
  const nextAtMs = arrivalsOf(random, Math.floor(faultsEndMs * 0.5));
  const conditions = CONDITION_KINDS.filter(() => random.chance(0.35));
  const rates = ratesOf(random);
  // A stream of its own: what is drawn there changes no other part of a plan.
  const paying = new Random(seed, 'paying');
  const sending = new Random(seed, 'sending');
  return {
    seed,
    orders: Array.from({ length: random.whole(LEAST_ORDERS, MOST_ORDERS) }, (_, index) => ({
      ...paidBy(paying, orderOf(random, index + 1, nextAtMs(), rates['statement-poisoned'] ?? 0)),
      parcel: parcelOf(sending),
    })),
    withdrawals: withdrawalsOf(new Random(seed, 'drawing'), faultsEndMs),
    rates,
    incidents: incidentsOf(random, faultsEndMs),
    reserve: reserveOf(new Random(seed, 'reserve'), faultsEndMs - RESERVE_MS),
    conditions,
    shape: shapeOf(random, faultsEndMs, conditions.includes('slow-network')),
    spared: [],
  };
}

/** One by one over the whole time, or together at a few moments, so that batches have many in them. */
function arrivalsOf(random: Random, untilMs: number): () => number {
  if (random.chance(0.2)) return () => random.whole(0, untilMs);
  const moments = Array.from({ length: random.whole(1, 4) }, () => random.whole(0, untilMs));
  const withinMs = random.pick([0, 50, 400]);
  return () => random.pick(moments) + random.whole(0, withinMs);
}

function ratesOf(random: Random): Partial<Record<ChanceKind, number>> {
  const kinds = random.sample(CHANCE_KINDS, random.whole(5, 8));
  return Object.fromEntries(kinds.map((kind) => [kind, MOST[kind] * random.between(0.1, 1)]));
}

function incidentsOf(random: Random, faultsEndMs: number): Incident[] {
  const kinds = random.sample(INCIDENT_KINDS, random.whole(1, 4));
  const incidents = kinds.flatMap((kind) =>
    Array.from({ length: random.whole(1, 3) }, () =>
      incidentOf(random, kind, random.whole(500, faultsEndMs - 1_000)),
    ),
  );
  return incidents.sort((a, b) => a.atMs - b.atMs);
}

const incidentOf = (random: Random, kind: IncidentKind, atMs: number): Incident => ({
  kind,
  atMs,
  lastsMs: kind === 'pause' ? random.whole(2_000, 25_000) : random.whole(200, 6_000),
  service: random.pick(SERVICES),
  replica: random.pick(REPLICAS),
});

/** As many as can be lacking: two may have come about already. */
const reserveOf = (random: Random, atMs: number): Incident[] =>
  random
    .sample(INCIDENT_KINDS, 2 * LEAST_FAULT_KINDS - 1)
    .map((kind) => incidentOf(random, kind, atMs));

type Unpaid = Omit<OrderPlan, 'anotherCardMs' | 'moreCards' | 'transferMs'>;

/** Some pay by transfer, and some whose card is declined have others. */
function paidBy(random: Random, order: Unpaid): OrderPlan {
  const isTransfer = random.chance(0.12);
  const transferMs = random.chance(0.2) ? 'never' : random.whole(0, random.pick([500, 8_000]));
  const anotherCardMs = random.pick([0, 2_000, 12_000, 12_000]);
  const more = Array.from({ length: random.whole(0, 2) }, () => ({
    afterMs: random.whole(0, random.pick([300, 4_000])),
    card: random.chance(0.7) ? ('ok' as const) : ('declined' as const),
  }));
  return {
    ...order,
    card: isTransfer ? 'ok' : random.chance(0.1) ? 'declined' : order.card,
    anotherCardMs: isTransfer ? 0 : anotherCardMs,
    moreCards: isTransfer ? [] : more,
    ...(isTransfer && { transferMs }),
  };
}

/** Most vans come soon; for some the customer has time to think better of it. */
const parcelOf = (random: Random): ParcelPlan => ({
  vanMs: random.chance(0.2) ? 0 : random.whole(50, random.pick([500, 6_000])),
  transitMs: random.whole(100, random.chance(0.7) ? 1_000 : 6_000),
  isLost: random.chance(0.07),
  isToldTwice: random.chance(0.05),
});

function orderOf(random: Random, no: number, atMs: number, poisoned: number): Unpaid {
  const products = random.sample([1, 2, 3, 4], random.whole(1, 3));
  const isCancelled = random.chance(0.25);
  const isPoisoned = random.chance(poisoned * 0.3);
  return {
    no,
    atMs,
    lines: products.map((product) => ({ product, quantity: random.whole(1, 5) })),
    card: random.chance(0.1) ? 'declined' : 'ok',
    address: random.chance(0.07) ? 'unreachable' : 'known',
    mailbox: random.chance(0.05) ? 'unknown' : 'known',
    ...(isCancelled && { cancelAfterMs: random.whole(0, random.chance(0.7) ? 800 : 6_000) }),
    isDoubled: random.chance(0.1),
    returns: isCancelled ? [] : returnsOf(random),
    isReturnLost: random.chance(0.15),
    returnTransitMs: random.whole(50, random.chance(0.7) ? 1_000 : 12_000),
    ...(isPoisoned && { poisonedIn: random.pick(['inventory', 'order'] as const) }),
  };
}

/** Of some orders goods come back, of a few of them in two parcels that together may be too much. */
function returnsOf(random: Random): ReturnPlan[] {
  const count = random.chance(0.25) ? (random.chance(0.3) ? 2 : 1) : 0;
  return Array.from({ length: count }, (_, index) => ({
    no: index + 1,
    afterMs: random.whole(300, 4_000),
    share: random.chance(0.5) ? 'all' : 'one-piece',
    isDoubled: random.chance(0.2),
    ...(random.chance(0.2) && { cancelAfterMs: random.whole(0, 400) }),
  }));
}

const shapeOf = (random: Random, faultsEndMs: number, isSlow: boolean): Shape => ({
  faultsEndMs,
  partitions: random.whole(1, 4),
  maxBatch: random.pick([1, 4, 20, 100]),
  products: 4,
  stockOfEach: random.pick([15, 40, 200]),
  reservationMs: random.pick([4_000, 15_000, 60_000, 900_000]),
  stepTimeoutMs: random.pick([1_500, 3_000, 8_000]),
  stepAttempts: random.whole(2, 4),
  leaseMs: random.pick([5_000, 10_000]),
  outboxMessages: random.pick([4, 20_000, 20_000]),
  parkAttempts: random.whole(2, 4),
  brokerMs: random.pick([6, 30, 80]),
  slowestMs: isSlow ? 2_000 : 30,
});
