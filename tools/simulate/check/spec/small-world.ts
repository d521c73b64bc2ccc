/** A world that kept every promise, to be shown that one changed thing in its books breaks one. */
import type { SagaInstance } from '#saga';
import { play, type Played } from '../../run.js';
import { checkBooks } from '../books.js';
import { smallPlan } from './small-plan.js';

/** Undoes what was changed. */
type Undo = () => void;
/** Something in a world that is not as it was. */
export type Change = () => Undo;

/** One entry of a table, or of the books of those outside. Undefined: it is gone. */
export const changed =
  <Row>(
    rows: Map<string, Row>,
    key: string | undefined,
    change: (row: Row) => Row | undefined,
  ): Change =>
  () => {
    const before = [...rows];
    const row = rows.get(key ?? '');
    if (key === undefined || row === undefined) throw new Error(`there is no ${key}`);
    const next = change(row);
    if (next === undefined) rows.delete(key);
    else rows.set(key, next);
    return () => {
      rows.clear();
      for (const [one, kept] of before) rows.set(one, kept);
    };
  };

export const gone = <Row>(rows: Map<string, Row>, key: string | undefined): Change =>
  changed(rows, key, () => undefined);

export const added =
  <Row>(rows: Map<string, Row>, key: string, row: Row): Change =>
  () => {
    rows.set(key, row);
    return () => rows.delete(key);
  };

/** One more at the end of a list. */
export const appended =
  <Item>(list: Item[], item: Item): Change =>
  () => {
    list.push(item);
    return () => list.pop();
  };

/** Fields of something that is changed where it is. */
export const assigned =
  <Target extends object>(target: Target, fields: Partial<Target>): Change =>
  () => {
    const before = { ...target };
    Object.assign(target, fields);
    return () => {
      for (const name of Object.keys(fields)) Reflect.deleteProperty(target, name);
      Object.assign(target, before);
    };
  };

/** The same without one of its fields. */
export const lacking = <Row extends object, Field extends keyof Row>(
  row: Row,
  field: Field,
): Omit<Row, Field> => {
  const { [field]: _, ...rest } = row;
  return rest;
};

export class SmallWorld {
  /** One in each file of specs: what is changed in it is changed back. */
  private static kept: Promise<SmallWorld> | undefined;

  private constructor(private readonly played: Played) {}

  static played(): Promise<SmallWorld> {
    SmallWorld.kept ??= SmallWorld.playedNow();
    return SmallWorld.kept;
  }

  private static async playedNow(): Promise<SmallWorld> {
    const small = new SmallWorld(await play(smallPlan));
    const said = small.says();
    if (said.length > 0) throw new Error(`the world itself breaks promises: ${said.join('\n')}`);
    return small;
  }

  get shop(): Played['shop'] {
    return this.played.shop;
  }

  get tables(): Played['shop']['tables'] {
    return this.shop.tables;
  }

  get outside(): Played['shop']['outside'] {
    return this.shop.outside;
  }

  get sagas(): Map<string, { readonly instance: SagaInstance }> {
    return this.shop.sagas.instances.rows;
  }

  get watched(): Played['watched'] {
    return this.played.watched;
  }

  orderId(no: number): string {
    return must(this.shop.customers.all.find(({ plan }) => plan.no === no)?.orderId);
  }

  /** The customer's own, or the refund of a lost parcel. */
  returnId(orderNo: number): string {
    const orderId = this.orderId(orderNo);
    const rows = [...this.tables.returns.returns.rows.values()];
    return must(rows.find(({ asked }) => asked.orderId === orderId)?.asked.returnId);
  }

  withdrawalId(no: number): string {
    return must(this.shop.merchants.all.find(({ plan }) => plan.no === no)?.withdrawalId);
  }

  /** The saga of an order, a return or a withdrawal. */
  sagaOf(businessKey: string): SagaInstance {
    const all = [...this.sagas.values()].map(({ instance }) => instance);
    return must(all.find((saga) => saga.businessKey === businessKey));
  }

  saga(businessKey: string, change: (saga: SagaInstance) => SagaInstance): Change {
    return changed(this.shop.sagas.instances.rows, this.sagaOf(businessKey).id, (row) => ({
      ...row,
      instance: change(row.instance),
    }));
  }

  /** Promises that are broken once all of this has been changed. It is as it was afterwards. */
  says(...changes: readonly Change[]): string[] {
    return this.saysWhen(true, ...changes);
  }

  saysWhen(converged: boolean, ...changes: readonly Change[]): string[] {
    const { world, shop, watched } = this.played;
    const undos = changes.map((change) => change());
    try {
      checkBooks(shop, watched, converged);
      return world.violations.splice(0);
    } finally {
      for (const undo of undos.toReversed()) undo();
    }
  }
}

const must = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error('it is not in this world');
  return value;
};
