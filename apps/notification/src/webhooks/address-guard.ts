/**
 * Which addresses may be called on behalf of a merchant: those of the public internet. Whoever
 * registers an endpoint chooses where this service connects to, and it stands inside a network in
 * which much answers that should not: databases, admin pages, the metadata of the machine.
 */
import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
}

const block = (type: 'ipv4' | 'ipv6', subnets: readonly (readonly [string, number])[]) => {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, type);
  return list;
};

/** Not of the public internet: this host, private, carrier, link-local and metadata, tests, multicast. */
const special4 = block('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]);
/** All that is given out for the public internet; the rest is local, mapped or reserved. */
const global6 = block('ipv6', [['2000::', 3]]);
/** Within it: tunnels that hold IPv4 addresses, and addresses of documents. */
const special6 = block('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]);

export const isPublicAddress = (address: string): boolean => {
  switch (isIP(address)) {
    case 4:
      return !special4.check(address, 'ipv4');
    case 6:
      return global6.check(address, 'ipv6') && !special6.check(address, 'ipv6');
    default:
      return false;
  }
};

const resolveByDns: Resolve = (hostname) =>
  new Promise((resolve, reject) => {
    lookup(hostname, { all: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    );
  });

export class AddressGuard {
  constructor(
    /** For tests and development: everything may be called, also without TLS. */
    private readonly allowPrivate: boolean,
    private readonly resolve: Resolve = resolveByDns,
  ) {}

  /** What is wrong with the address by itself; undefined: nothing. */
  faultOf(url: URL): string | undefined {
    if (url.username !== '' || url.password !== '') return 'must not hold a password';
    if (this.allowPrivate) {
      return /^https?:$/.test(url.protocol) ? undefined : 'must be an http or https address';
    }
    if (url.protocol !== 'https:') return 'must be an https address';
    const host = hostOf(url);
    return isIP(host) !== 0 && !isPublicAddress(host) ? NOT_PUBLIC : undefined;
  }

  /** Also looks its name up, so that who registers an address that cannot work is told. */
  async check(url: URL): Promise<string | undefined> {
    const fault = this.faultOf(url);
    if (fault !== undefined) return fault;
    try {
      await this.addressesOf(hostOf(url));
      return undefined;
    } catch (error) {
      return error instanceof ForbiddenAddressError ? NOT_PUBLIC : 'must have a name that is known';
    }
  }

  /**
   * For the connection itself, which is made to just the addresses that were looked at here: a name
   * that leads somewhere else the next moment gains nothing. Not called for addresses in numbers.
   */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.addressesOf(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all) callback(null, [...addresses]);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };

  /** @throws ForbiddenAddressError when one of them is none to be called */
  private async addressesOf(host: string): Promise<readonly LookupAddress[]> {
    const addresses = isIP(host)
      ? [{ address: host, family: isIP(host) }]
      : await this.resolve(host);
    const isFine =
      addresses.length > 0 && addresses.every(({ address }) => isPublicAddress(address));
    if (!isFine && !this.allowPrivate) throw new ForbiddenAddressError(NOT_PUBLIC);
    return addresses;
  }
}

const NOT_PUBLIC = 'must be an address of the public internet';

/** Without the brackets of IPv6. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');
