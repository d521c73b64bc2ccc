/** The whole system in one world: every service twice, their databases, the broker, those outside. */
import type { TopicName } from '#contracts';
import { SimBroker } from '../broker/broker.js';
import { ConsumerGroup } from '../broker/group.js';
import { SimDatabase } from '../database/database.js';
import { sqlError } from '../database/errors.js';
import type { ReturnFate } from '../outside/carrier.js';
import { Outside } from '../outside/outside.js';
import {
  LEAST_FAULT_KINDS,
  REPLICAS,
  SERVICES,
  type Incident,
  type ParcelPlan,
  type Plan,
  type ServiceName,
} from '../plan.js';
import { OutboxTables } from '../stores/outbox-storage.js';
import { SimSagaStore } from '../stores/saga-store.js';
import type { FaultKind } from '../world/faults.js';
import type { Actor } from '../world/scheduler.js';
import type { World } from '../world/world.js';
import { Life, type ServiceParts } from './context.js';
import { Customers } from './customers.js';
import { Front } from './front.js';
import { Merchants } from './merchants.js';
import { startOrchestrator, type Release } from './orchestrator.js';
import {
  ParticipantTables,
  startInventory,
  startNotification,
  startOrder,
  startPayment,
  startShipping,
} from './participants.js';
import { Replica } from './replica.js';
import { startSettlement, startWithdrawal } from './withdrawing.js';

const PARCELS: TopicName = 'shipment.events';
const PAYMENTS: TopicName = 'payment.events';
/** Whose facts are followed by whom. */
const FOLLOWED: Readonly<Partial<Record<ServiceName, readonly TopicName[]>>> = {
  order: [PARCELS, PAYMENTS],
  inventory: [PARCELS],
};

/** What becomes of parcels of which no plan says anything else. */
const AT_ONCE: ParcelPlan = { vanMs: 0, transitMs: 500, isLost: false, isToldTwice: false };

const MOST_SKEW_MS = 3_000;

export class Shop {
  readonly broker: SimBroker;
  readonly outside: Outside;
  readonly sagas = new SimSagaStore();
  readonly tables: ParticipantTables;
  readonly services: Readonly<Record<ServiceName, ServiceParts>>;
  readonly replicas: readonly Replica[];
  readonly customers: Customers;
  readonly merchants: Merchants;
  /** Orders that a service has tripped over. */
  readonly tripped = new Map<ServiceName, Set<string>>();
  private release: (no: number) => Release;

  constructor(
    readonly world: World,
    readonly plan: Plan,
  ) {
    const { shape, conditions } = plan;
    this.broker = new SimBroker(world, (topic) => (topic.endsWith('.dlq') ? 1 : shape.partitions));
    this.outside = new Outside(
      world,
      (orderId) => this.customers.planOfId.get(orderId)?.parcel ?? AT_ONCE,
      (orderId) => this.fateOf(orderId),
      (withdrawalId) => this.merchants.planOfId.get(withdrawalId)?.bankMs ?? 0,
    );
    this.outside.carrier.parcels.onNews = () => this.wakeReaders();
    this.tables = new ParticipantTables(
      () => world.uuid(),
      (service, orderIds) => this.trip(service, orderIds),
    );
    const isRolling = conditions.includes('rolling-deploy');
    this.release = (no) => (isRolling && no === 2 ? 'next' : 'current');
    if (isRolling) world.faults.happened('rolling-deploy', 'orchestrator-2 is one version ahead');
    this.services = Object.fromEntries(
      SERVICES.map((service) => [service, this.partsOf(service)]),
    ) as Record<ServiceName, ServiceParts>;
    this.replicas = SERVICES.flatMap((service) =>
      REPLICAS.map((no) => new Replica(world, service, no, (...life) => this.begin(no, ...life))),
    );
    world.onCrash = (actor) => this.replicas.find(({ life }) => life?.actor === actor)?.crash();
    this.fillShelves();
    if (conditions.includes('clock-skew')) this.skewClocks();
    if (conditions.includes('slow-network')) {
      world.faults.happened('slow-network', `some answers take up to ${shape.slowestMs} ms`);
    }
    for (const incident of plan.incidents) this.foresee(incident);
    for (const incident of plan.reserve ?? []) {
      this.foresee(incident, (kinds) => {
        return kinds.size < LEAST_FAULT_KINDS && !kinds.has(incident.kind);
      });
    }
    const receiving = (wanted: ServiceName): Replica[] =>
      this.replicas.filter(({ service }) => service === wanted);
    const orders = new Front(world, receiving('order'), ({ desks }) => desks);
    this.customers = new Customers(world, plan.orders, orders, this.outside.provider);
    const drawing = ({ withdrawalDesks }: Replica) => withdrawalDesks;
    const withdrawals = new Front(world, receiving('withdrawal'), drawing);
    this.merchants = new Merchants(world, plan.withdrawals, withdrawals);
    for (const replica of this.replicas) replica.start();
  }

  /** Faults end, sleepers wake, all replicas get the same release. */
  heal(): void {
    const { world } = this;
    world.faults.isActive = false;
    world.delays.slowestMs = Math.min(world.delays.slowestMs, 30);
    world.trace.add(world.scheduler.nowMs, 'world', 'faults end');
    if (!this.plan.conditions.includes('rolling-deploy')) return;
    this.release = () => 'next';
    for (const replica of this.replicas) {
      if (replica.service === 'orchestrator') replica.crash();
    }
  }

  private partsOf(service: ServiceName): ServiceParts {
    const { world, plan, broker } = this;
    const database = new SimDatabase(world, service);
    const group = new ConsumerGroup(broker, topicOf(service));
    const facts = (FOLLOWED[service] ?? []).map((topic) => new ConsumerGroup(broker, topic));
    return { world, plan, broker, database, outboxTables: new OutboxTables(), group, facts };
  }

  private async begin(no: number, replica: Replica, actor: Actor): Promise<Life> {
    const life = new Life(this.services[replica.service], actor);
    replica.life = life;
    const { tables, outside } = this;
    switch (replica.service) {
      case 'orchestrator':
        await startOrchestrator(life, this.sagas, this.release(no));
        break;
      case 'order':
        replica.desks = startOrder(life, tables);
        break;
      case 'inventory':
        startInventory(life, tables);
        break;
      case 'payment':
        startPayment(life, tables, outside);
        break;
      case 'shipping':
        replica.tracking = startShipping(life, tables, outside);
        break;
      case 'notification':
        startNotification(life, tables, outside);
        break;
      case 'settlement':
        startSettlement(life, tables);
        break;
      case 'withdrawal':
        replica.withdrawalDesks = startWithdrawal(life, tables, outside);
        break;
    }
    return life;
  }

  /** Half in each warehouse, so that some orders need both. */
  private fillShelves(): void {
    const { products, stockOfEach } = this.plan.shape;
    const { shelf } = this.tables;
    const warehouses = [...shelf.warehouses.keys()];
    for (let product = 1; product <= products; product += 1) {
      const productId = `product-${product}`;
      let rest = stockOfEach;
      for (const [index, warehouseId] of warehouses.entries()) {
        const onHand = Math.ceil(rest / (warehouses.length - index));
        shelf.put({ productId, warehouseId, onHand, reserved: 0, revision: 1 });
        rest -= onHand;
      }
    }
  }

  private skewClocks(): void {
    const { world } = this;
    const skew = (): number => Math.round(world.random.between(-MOST_SKEW_MS, MOST_SKEW_MS));
    for (const { name } of this.replicas) world.skew(name, skew());
    for (const { database } of Object.values(this.services)) database.skewMs = skew();
    world.faults.happened('clock-skew', `clocks are wrong by up to ${MOST_SKEW_MS} ms`);
  }

  /** @param isWanted by the kinds of faults that came about until then */
  private foresee(
    incident: Incident,
    isWanted: (kinds: ReadonlyMap<FaultKind, number>) => boolean = () => true,
  ): void {
    const { world } = this;
    world.scheduler.after(incident.atMs, this.broker.actor, () => {
      if (!isWanted(world.faults.counts)) return;
      world.faults.happened(
        incident.kind,
        `${incident.service}-${incident.replica} for ${incident.lastsMs} ms`,
      );
      this.befall(incident);
    });
  }

  private befall({ kind, lastsMs, service, replica: no }: Incident): void {
    const { nowMs } = this.world.scheduler;
    const replica = this.replicas.find(({ name }) => name === `${service}-${no}`);
    switch (kind) {
      case 'crash':
        return replica?.crash();
      case 'pause':
        return replica?.pause(lastsMs);
      case 'expelled-from-group':
        return replica?.expel();
      case 'broker-away':
        this.broker.awayUntilMs = nowMs + lastsMs;
        return;
      case 'database-away':
        return this.services[service].database.goAway(lastsMs);
      case 'outside-away':
        this.outside.goAway(nowMs + lastsMs);
        return;
    }
  }

  private fateOf(orderId: string): ReturnFate {
    const plan = this.customers.planOfId.get(orderId);
    return { isLost: plan?.isReturnLost === true, transitMs: plan?.returnTransitMs ?? 0 };
  }

  /** The carrier's message that there is news: to one of the replicas, and it may get lost. */
  private wakeReaders(): void {
    const { scheduler, delays, faults, random } = this.world;
    if (faults.strikes('outside-request-lost', 'carrier webhook')) return;
    const readers = this.replicas.filter(({ service }) => service === 'shipping');
    const { tracking, life } = random.pick(readers);
    if (!tracking || !life) return;
    scheduler.after(delays.outside(), life.actor, () => {
      tracking.wake().catch(() => this.world.note('the carrier was not heard'));
    });
  }

  private trip(service: 'inventory' | 'order', orderIds: readonly string[]): void {
    const { faults } = this.world;
    if (!faults.isActive) return;
    for (const orderId of orderIds) {
      const plan = this.customers.planOfId.get(orderId);
      if (plan?.poisonedIn !== service) continue;
      this.tripped.set(service, (this.tripped.get(service) ?? new Set()).add(orderId));
      faults.happened('statement-poisoned', `order ${plan.no} in ${service}`);
      throw sqlError('22P05', 'unsupported Unicode escape sequence');
    }
  }
}

const topicOf = (service: ServiceName): string =>
  service === 'orchestrator' ? 'saga.inbox' : `${service}.commands`;
