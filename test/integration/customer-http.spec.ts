/**
 * Promises attacked here: a customer is what was last put, and blocked until unblocked; every change
 * is told once; nothing that is personal is ever written into the log.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { customerService } from '../../apps/customer/src/service.js';
import { customerCreated, customerUpdated } from '#contracts';
import { ServiceWorld } from './service-world.js';

const kim = {
  name: 'Kim Doe',
  email: 'kim.doe@example.com',
  phone: '+441304123456',
  locale: 'en-GB',
};

describe('the customer service', () => {
  let world: ServiceWorld;
  beforeAll(async () => {
    world = await ServiceWorld.start(customerService);
  }, 240_000);
  afterAll(() => world.stop());

  const put = (customerId: string, body: unknown, headers?: Record<string, string>) =>
    world.ask('PUT', `/customers/${encodeURIComponent(customerId)}`, body, headers);
  const get = (customerId: string) =>
    world.ask('GET', `/customers/${encodeURIComponent(customerId)}`);
  const post = (path: string, body?: unknown) => world.ask('POST', `/customers/${path}`, body);
  const revisionsTold = async (customerId: string) =>
    (await world.told(customerId)).map(({ data }) => data['revision'] as number);

  it('makes a customer known, replaces what is said, and tells of both', async () => {
    const created = await put('kim', kim);
    expect(created).toMatchObject({ status: 201, headers: { etag: '"1"' } });
    expect(created.body).toEqual({ customerId: 'kim', ...kim, status: 'active', revision: 1 });
    const { phone: _, locale: __, ...less } = kim;
    expect((await put('kim', less)).status).toBe(200);
    expect((await get('kim')).body).toEqual({
      customerId: 'kim',
      ...less,
      status: 'active',
      revision: 2,
    });
    expect(await put('kim', less)).toMatchObject({ status: 200, headers: { etag: '"2"' } });
    const [first, second, ...more] = await world.told('kim');
    expect(more).toEqual([]);
    expect(first?.type).toBe('com.example.customer.created');
    expect(customerCreated.data.parse(first?.data)).toMatchObject(kim);
    expect(second?.type).toBe('com.example.customer.updated');
    expect(customerUpdated.data.parse(second?.data)).not.toHaveProperty('phone');
    expect(second?.topic).toBe('customer.events');
  });

  it('blocks with a reason that it keeps to itself, and unblocks', async () => {
    await put('late', kim);
    const blocked = await post('late/block', { reason: 'never pays' });
    expect(blocked).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: { status: 'blocked', blockReason: 'never pays', revision: 2 },
    });
    expect((await post('late/block', { reason: 'never pays' })).body['revision']).toBe(2);
    expect((await put('late', { ...kim, name: 'Kim Roe' })).body).toMatchObject({
      status: 'blocked',
      revision: 3,
    });
    const free = await post('late/unblock');
    expect(free.body).toEqual({
      customerId: 'late',
      ...kim,
      name: 'Kim Roe',
      status: 'active',
      revision: 4,
    });
    expect((await post('late/unblock')).body['revision']).toBe(4);
    const told = await world.told('late');
    expect(told.map(({ data }) => data['status'])).toEqual([
      'active',
      'blocked',
      'blocked',
      'active',
    ]);
    expect(JSON.stringify(told)).not.toContain('never pays');
    expect((await post('late/block', {})).body).toMatchObject({
      status: 400,
      errors: [{ field: 'reason' }],
    });
    for (const path of ['nobody/unblock', 'nobody/block']) {
      expect((await post(path, { reason: 'x' })).status).toBe(404);
    }
  });

  it('lets a customer be changed by who has read the latest', async () => {
    await put('read', kim);
    const change = (name: string, tag: string) =>
      put('read', { ...kim, name }, { 'if-match': tag });
    expect((await change('A', '"1"')).body['revision']).toBe(2);
    expect(await change('B', '"1"')).toMatchObject({ status: 412, body: { revision: 2 } });
    expect((await change('A', '"1"')).status).toBe(200);
    expect((await change('B', 'W/"2"')).status).toBe(400);
    expect(await revisionsTold('read')).toEqual([1, 2]);
  });

  it('makes a customer who is not known yet, and overwrites none, where that is asked for', async () => {
    const make = () => put('new', kim, { 'if-none-match': '*' });
    expect((await make()).status).toBe(201);
    expect(await make()).toMatchObject({ status: 412, body: { revision: 1 } });
    expect(await revisionsTold('new')).toEqual([1]);
  });

  it('counts revisions without gaps or doubles, however many change one at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        n % 3 === 0
          ? post('batch', { customers: [{ customerId: 'busy', ...kim, name: `K ${n}` }] })
          : put('busy', { ...kim, name: `Kim ${n}` }),
      ),
    );
    expect(answers.every(({ status }) => status === 200 || status === 201)).toBe(true);
    const told = await revisionsTold('busy');
    expect(told.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
  });

  it('takes a thousand customers at once, all of them or none', async () => {
    const customers = Array.from({ length: 1_000 }, (_, n) => ({ customerId: `m-${n}`, ...kim }));
    const first = await post('batch', { customers });
    expect(first.body['items']).toEqual(
      customers.map(({ customerId }) => ({ customerId, outcome: 'created', revision: 1 })),
    );
    await post('m-1/block', { reason: 'x' });
    const again = await post('batch', {
      customers: [
        { customerId: 'm-0', ...kim },
        { customerId: 'm-1', ...kim, email: 'new@example.com' },
      ],
    });
    expect(again.body['items']).toEqual([
      { customerId: 'm-0', outcome: 'unchanged', revision: 1 },
      { customerId: 'm-1', outcome: 'updated', revision: 3 },
    ]);
    expect((await get('m-1')).body['status']).toBe('blocked');
    const bad = await post('batch', {
      customers: [
        { customerId: 'b-0', ...kim },
        { customerId: 'b-1', ...kim, email: 'nobody' },
      ],
    });
    expect(bad.body).toMatchObject({ status: 400, errors: [{ field: 'customers.1.email' }] });
    expect((await get('b-0')).status).toBe(404);
  });

  it('lists its customers by id, page by page', async () => {
    const page = await world.ask('GET', '/customers?limit=2&status=blocked');
    expect(page.body).toMatchObject({ items: [{ customerId: 'm-1' }] });
    const first = await world.ask('GET', '/customers?limit=3');
    const second = await world.ask('GET', `/customers?cursor=${String(first.body['nextCursor'])}`);
    const ids = [first, second].flatMap(({ body }) =>
      (body['items'] as { customerId: string }[]).map(({ customerId }) => customerId),
    );
    expect(ids).toHaveLength(23);
    expect(ids).toEqual([...new Set(ids)].toSorted());
  });

  it.each<[string, unknown, string]>([
    ['no name', { ...kim, name: undefined }, 'name'],
    ['a second line in the name', { ...kim, name: 'Kim\nDoe' }, 'name'],
    ['no address', { ...kim, email: undefined }, 'email'],
    ['an address that is none', { ...kim, email: 'kim' }, 'email'],
    ['a national number', { ...kim, phone: '01304123456' }, 'phone'],
    ['an unknown language', { ...kim, locale: 'english' }, 'locale'],
    ['a status', { ...kim, status: 'active' }, 'status'],
    ['a text', '"kim"', ''],
  ])('refuses %s, naming the field', async (_, body, field) => {
    const refused = await put('bad-input', body);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(refused.body).toMatchObject({ status: 400, errors: [{ field }] });
  });

  it('has no address as an id, because ids stand in logs', async () => {
    expect((await put('kim@example.com', kim)).status).toBe(400);
  });

  it('writes nothing personal into its log, also when the database refuses a row', async () => {
    await world.database.query('alter table customer add constraint c check (locale <> $$xx$$)');
    const failed = await put('unlucky', { ...kim, locale: 'xx' });
    expect(failed).toMatchObject({ status: 500 });
    expect(JSON.stringify(failed.body)).not.toContain('Kim');
    const lines = world.logged.join('\n');
    expect(lines).toContain('violates check constraint');
    for (const personal of ['Kim', 'kim.doe', '+441304', 'never pays']) {
      expect(lines).not.toContain(personal);
    }
  });
});
