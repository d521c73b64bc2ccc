/** Promise attacked here: nobody outside chooses where inside this service connects to. */
import { describe, expect, it } from '@jest/globals';
import type { LookupAddress } from 'node:dns';
import {
  AddressGuard,
  ForbiddenAddressError,
  isPublicAddress,
  type Resolve,
} from './address-guard.js';

const PUBLIC = { address: '93.184.215.14', family: 4 };
const PRIVATE = { address: '10.1.2.3', family: 4 };

/** Each look-up gives the next answer, the last one for ever. */
const answers =
  (...given: LookupAddress[][]): Resolve =>
  () =>
    Promise.resolve((given.length > 1 ? given.shift() : given[0]) ?? []);
const guarded = (resolve: Resolve) => new AddressGuard(false, resolve);
const connectTo = (guard: AddressGuard, all: boolean) =>
  new Promise<unknown>((resolve) => {
    guard.lookup('shop.example', { all }, (error, address, family) =>
      resolve(error ?? [address, family]),
    );
  });

describe('an address', () => {
  it.each(['93.184.215.14', '8.8.8.8', '172.32.0.1', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'])(
    'of the public internet is one: %s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    'localhost',
    '',
  ])('that is none, or leads inside, is not: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('an endpoint', () => {
  it.each([
    ['http://shop.example/hook', /https/],
    ['ftp://shop.example/hook', /https/],
    ['https://user:pw@shop.example/', /password/],
    ['https://127.0.0.1/', /public/],
    ['https://0x7f.1/', /public/],
    ['https://2130706433/', /public/],
    ['https://[::1]/', /public/],
    ['https://[::ffff:10.0.0.1]/', /public/],
    ['https://169.254.169.254/latest/meta-data', /public/],
  ])('is refused by its address: %s', async (url, fault) => {
    await expect(guarded(answers([PUBLIC])).check(new URL(url))).resolves.toMatch(fault);
  });

  it.each([
    ['leads inside', [PRIVATE]],
    ['leads inside, too', [PUBLIC, PRIVATE]],
    ['leads nowhere', []],
  ])('is refused when its name %s', async (_what, addresses) => {
    const fault = guarded(answers(addresses)).check(new URL('https://shop.example/'));
    await expect(fault).resolves.toMatch(/public/);
  });

  it('is refused when its name is not known', async () => {
    const unknown = guarded(() => Promise.reject(new Error('ENOTFOUND')));
    await expect(unknown.check(new URL('https://no.example/'))).resolves.toMatch(/name/);
  });

  it('is taken when it is public', async () => {
    const guard = guarded(answers([PUBLIC]));
    await expect(guard.check(new URL('https://shop.example:8443/hook'))).resolves.toBeUndefined();
  });

  it('may be anywhere where that is allowed, but must be a web address', async () => {
    const open = new AddressGuard(true, answers([PRIVATE]));
    await expect(open.check(new URL('http://127.0.0.1:1/'))).resolves.toBeUndefined();
    await expect(open.check(new URL('http://inside/'))).resolves.toBeUndefined();
    await expect(open.check(new URL('file:///etc/passwd'))).resolves.toMatch(/http/);
  });
});

describe('a connection', () => {
  it.each([true, false])('goes to just the address that was looked at (all: %s)', async (all) => {
    const guard = guarded(answers([PUBLIC], [PRIVATE]));
    const expected = all ? [[PUBLIC], undefined] : [PUBLIC.address, PUBLIC.family];
    expect(await connectTo(guard, all)).toEqual(expected);
  });

  it('is refused when the name leads inside now, whatever it did at registration', async () => {
    const guard = guarded(answers([PUBLIC], [PRIVATE]));
    await expect(guard.check(new URL('https://shop.example/'))).resolves.toBeUndefined();
    expect(await connectTo(guard, true)).toBeInstanceOf(ForbiddenAddressError);
  });
});
