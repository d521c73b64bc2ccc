/**
 * Promises attacked here: never more is held than is available, whoever asks at the same time; what is
 * undone before it came stays undone; limits are kept by the day; books add up.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { balanceDrawn, balanceHeld, balanceReleased } from '#contracts';
import { draw, hold, release } from './settlement-facts.js';
import { NOW, SettlementWorld } from './settlement-world.js';

const CONTRACTS = {
  'com.example.balance.held': balanceHeld,
  'com.example.balance.released': balanceReleased,
  'com.example.balance.drawn': balanceDrawn,
};

describe('balances on Postgres', () => {
  let world: SettlementWorld;
  beforeAll(async () => {
    world = await SettlementWorld.start();
  });
  afterAll(() => world.stop());

  const earned = async (merchantId: string, amount: number, currency = 'GBP') => {
    await world.sold(merchantId, amount, 0, currency);
    await world.settle();
  };
  const repliesTo = (id: string) =>
    world.replies().filter(({ commandId }) => commandId.startsWith(id));
  const outcomes = (id: string) => repliesTo(id).map(({ outcome }) => outcome);
  const facts = (merchantId: string) =>
    world
      .told()
      .filter(({ type, key }) => type.startsWith('com.example.balance.') && key === merchantId)
      .map(({ type, data }) => CONTRACTS[type as keyof typeof CONTRACTS].data.parse(data));

  it('give 200 withdrawals at the same time no more than there is, in several batches', async () => {
    await earned('busy', 10_050);
    const ids = Array.from({ length: 200 }, () => randomUUID());
    const batches = Array.from({ length: 40 }, (_, n) => ids.slice(n * 5, n * 5 + 5));
    await Promise.all(
      batches.map((batch, n) =>
        world.run(
          world.replica(n),
          batch.map((id) => hold(id, 100, 'busy')),
        ),
      ),
    );
    const held = ids.filter((id) => outcomes(id).join() === 'succeeded');
    expect(held).toHaveLength(100);
    expect(ids.filter((id) => outcomes(id).join() === 'refused')).toHaveLength(100);
    expect(await world.balance('busy')).toMatchObject({ available: 50, held: 10_000 });
    const revisions = facts('busy').map(({ revision }) => revision);
    expect(revisions.toSorted((a, b) => a - b)).toEqual(held.map((_, n) => n + 2));
    expect(await world.wrongBooks()).toEqual([]);
  });

  it('decide those of one batch in their order, and write each row once', async () => {
    await earned('fold', 100);
    const [a, b, c, d] = [1, 2, 3, 4].map(() => randomUUID()) as [string, string, string, string];
    const [replica] = world.replicas;
    replica.statements = [];
    await world.run(replica, [
      hold(a, 60, 'fold'),
      hold(b, 60, 'fold'),
      hold(c, 40, 'fold'),
      release(a),
      hold(d, 60, 'fold'),
      draw(c),
    ]);
    expect(outcomes(b)).toEqual(['refused']);
    expect(repliesTo(b)[0]?.result).toEqual({ available: 40 });
    expect([a, c, d].map(outcomes)).toEqual([
      ['succeeded', 'succeeded'],
      ['succeeded', 'succeeded'],
      ['succeeded'],
    ]);
    expect(await world.balance('fold')).toMatchObject({ available: 0, held: 60, drawn: 40 });
    expect(
      facts('fold').map(({ revision, available, held }) => [revision, available, held]),
    ).toEqual([
      [2, 40, 60],
      [3, 0, 100],
      [4, 60, 40],
      [5, 0, 100],
      [6, 0, 60],
    ]);
    const writes = replica.statements.filter((sql) =>
      /update balance|into withdrawal_hold/.test(sql),
    );
    expect(writes).toHaveLength(2);
  });

  it('report what is taken and returned, and answer copies alike', async () => {
    await earned('copies', 100);
    const id = randomUUID();
    await world.run(world.replica(0), [hold(id, 70, 'copies'), hold(id, 70, 'copies')]);
    await world.run(world.replica(1), [hold(id, 70, 'copies')]);
    await world.run(world.replica(0), [release(id), release(id)]);
    await world.run(world.replica(1), [release(id), hold(id, 70, 'copies')]);
    const effect = { id: `balance:${id}`, kind: 'money', unit: 'GBP', taken: 70 };
    const told = repliesTo(`${id}:hold`).map(({ type, effects }) => ({ type, effects }));
    const held = { type: 'settlement.balance-held', effects: [{ ...effect, returned: 0 }] };
    const released = {
      type: 'settlement.balance-released',
      effects: [{ ...effect, returned: 70 }],
    };
    const count = (wanted: object) =>
      told.filter((one) => {
        try {
          expect(one).toMatchObject(wanted);
          return true;
        } catch {
          return false;
        }
      }).length;
    expect(count(held)).toBeGreaterThanOrEqual(3);
    expect(count(released)).toBeGreaterThanOrEqual(2);
    expect(told).toHaveLength(count(held) + count(released));
    expect(await world.balance('copies')).toMatchObject({ available: 100, held: 0 });
    expect(facts('copies')).toHaveLength(2);
  });

  it('refuse a hold whose release came first', async () => {
    await earned('early', 100);
    const id = randomUUID();
    await world.run(world.replica(0), [release(id)]);
    await world.run(world.replica(1), [hold(id, 70, 'early')]);
    expect(outcomes(id)).toEqual(['succeeded', 'refused']);
    expect(await world.balance('early')).toMatchObject({ available: 100, held: 0 });
    expect(facts('early')).toEqual([]);
  });

  it('draw what is held, once, and give none of it back', async () => {
    await earned('drawn', 100);
    const id = randomUUID();
    await world.run(world.replica(0), [hold(id, 70, 'drawn'), draw(id)]);
    const again = { ...draw(id), id: `${id}:again` };
    await world.run(world.replica(1), [again]);
    expect(await world.balance('drawn')).toMatchObject({ available: 30, held: 0, drawn: 70 });
    const nobody = randomUUID();
    await world.run(world.replica(0), [release(id), draw(nobody)]);
    expect(outcomes(`${id}:hold:undo`)).toEqual(['parked']);
    expect(outcomes(nobody)).toEqual(['parked']);
    expect(await world.balance('drawn')).toMatchObject({ available: 30, drawn: 70 });
    expect(facts('drawn')).toHaveLength(2);
  });

  it('keep the limits, under the lock, by the UTC day', async () => {
    await earned('limits', 10_000);
    const limits = { minimum: () => 10, maximum: () => 300, maximumADay: () => 500 };
    const ask = async (amount: number, now = NOW, on = 0) => {
      const id = randomUUID();
      await world.run(world.replica(on), [hold(id, amount, 'limits')], { limits, now });
      const [reply] = repliesTo(id);
      return { id, type: reply?.type, result: reply?.result };
    };
    const beyond = (limit: string, allowed: number) => ({
      type: 'settlement.limit-exceeded',
      result: { limit, allowed },
    });
    expect(await ask(9)).toMatchObject(beyond('minimum', 10));
    expect(await ask(301)).toMatchObject(beyond('maximum', 300));
    const first = await ask(300);
    expect(await ask(201)).toMatchObject(beyond('maximum-a-day', 200));
    await world.run(world.replica(0), [release(first.id)]);
    expect((await ask(300)).type).toBe('settlement.balance-held');
    const ids = Array.from({ length: 20 }, () => randomUUID());
    await Promise.all(
      ids.map((id, n) =>
        world.run(world.replica(n), [hold(id, 20, 'limits')], { limits, now: NOW }),
      ),
    );
    expect(ids.filter((id) => outcomes(id).join() === 'succeeded')).toHaveLength(10);
    const tomorrow = new Date(NOW.getTime() + 86_400_000);
    expect((await ask(300, tomorrow)).type).toBe('settlement.balance-held');
  });

  it('are never below zero, which the database itself refuses', async () => {
    await earned('zero', 5);
    const spend = world.query(
      `update balance set available = -1, drawn = 6 where merchant_id = 'zero'`,
    );
    await expect(spend).rejects.toThrow('balance_available_check');
    const conjure = world.query(`update balance set available = 6 where merchant_id = 'zero'`);
    await expect(conjure).rejects.toThrow('balance_adds_up');
  });

  it('of nobody refuse everything', async () => {
    const id = randomUUID();
    await world.run(world.replica(0), [hold(id, 1, 'nobody')]);
    expect(repliesTo(id)[0]).toMatchObject({
      type: 'settlement.balance-insufficient',
      result: { available: 0 },
    });
  });
});
