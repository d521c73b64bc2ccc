const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = [
  ...['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'],
];

/**
 * The optional packages that the packages of a lock name but the lock does not hold.
 * @param {Record<string, {version?: string, optionalDependencies?: Record<string, string>}>} packages
 * @returns {{path: string, entry: object}[]}
 */
export function missingOptional(packages) {
  const missing = new Map();
  for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (isThere(packages, path, name)) continue;
      missing.set(`node_modules/${name}`, entryFor(name, version, packages[path]));
    }
  }
  return [...missing].map(([path, entry]) => ({ path, entry }));
}

/** Node's own way: in this package's node_modules, else in that of a folder above. */
function isThere(packages, from, name) {
  for (let folder = from; ;) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true;
    if (folder === '') return false;
    const above = folder.lastIndexOf('/node_modules/');
    folder = above < 0 ? '' : folder.slice(0, above);
  }
}

/** Such packages carry their system in their name: `@swc/core-linux-ppc64-gnu`. */
function entryFor(name, version, parent) {
  const parts = name
    .replace(/^@[^/]+\//, '')
    .split(/[-.]/)
    .map((part) => (part === 'windows' ? 'win32' : part));
  const system = parts.find((part) => SYSTEMS.includes(part));
  const processor = parts.find((part) => PROCESSORS.includes(part));
  if (!system || !processor || !/^\d/.test(version)) {
    throw new Error(`Cannot tell the system or version of ${name}@${version}: add it by hand.`);
  }
  return {
    version,
    cpu: [processor],
    ...(parent.dev ? { dev: true } : {}),
    ...(parts.some((part) => part.startsWith('musl')) ? { libc: ['musl'] } : {}),
    ...(parts.some((part) => part.startsWith('gnu')) ? { libc: ['glibc'] } : {}),
    optional: true,
    os: [system],
  };
}
