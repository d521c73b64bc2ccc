/**
 * Who may import whom. The folders are the design, and these rules keep them so; each has been seen
 * to fail. `conditionNames` below must name `src`: without it the `#aliases` lead into dist, where
 * no rule looks.
 */

/** Tests, and what only tests use, may look anywhere. */
const TEST = '(\\.spec\\.ts$|/spec/|^test/)';
/** Development tools start and inspect the system; nothing of the system imports them. */
const DEVELOPMENT = '(\\.spec\\.ts$|/spec/|^test/|^tools/|^libs/testing/)';

/** Lib by lib, the other libs that it may import. */
const MAY_IMPORT = {
  contracts: [],
  platform: [],
  saga: ['contracts'],
  messaging: ['platform'],
  'saga-store': ['saga', 'messaging', 'platform'],
  participant: ['contracts', 'messaging', 'platform'],
  reader: ['contracts', 'messaging', 'platform'],
  sandbox: ['platform'],
  testing: ['contracts', 'platform', 'messaging', 'saga'],
};

const layer = ([lib, allowed]) => ({
  name: `layers-${lib}`,
  comment: `libs/${lib} may import ${allowed.length === 0 ? 'no other lib' : allowed.join(', ')}.`,
  severity: 'error',
  from: { path: `^libs/${lib}/`, pathNot: TEST },
  to: { path: '^libs/', pathNot: `^libs/(${[lib, ...allowed].join('|')})/` },
});

/** A rule against production code; `exempt` are the paths that may do it nevertheless. */
const forbid = (name, comment, from, to, exempt = []) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: [DEVELOPMENT, ...exempt] },
  to,
});

export default {
  forbidden: [
    ...Object.entries(MAY_IMPORT).map(layer),
    forbid(
      'open-telemetry-in-one-file',
      'Where tracing is off none of its libraries is loaded.',
      '.',
      { path: 'node_modules/@opentelemetry/' },
      ['^libs/platform/src/tracing/open-telemetry\\.ts$'],
    ),
    forbid(
      'open-telemetry-when-needed',
      'Imported at run time only: where tracing is off its libraries are not loaded.',
      '.',
      {
        path: '^libs/platform/src/tracing/open-telemetry\\.ts$',
        dependencyTypesNot: ['dynamic-import'],
      },
    ),
    {
      name: 'lib-without-layer',
      comment: 'A new lib is given its place in MAY_IMPORT first.',
      severity: 'error',
      from: { path: '.' },
      to: { path: '^libs/', pathNot: `^libs/(${Object.keys(MAY_IMPORT).join('|')})/` },
    },
    {
      name: 'no-cycles',
      comment: 'Nothing imports itself by way of others, not even types.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-deep-imports',
      comment: 'From outside, a lib is its index, under its #name.',
      severity: 'error',
      from: { path: '^(apps|migrations|test|tools)/' },
      to: { path: '^libs/', dependencyTypesNot: ['aliased-subpath-import'] },
    },
    {
      name: 'no-deep-imports-between-libs',
      comment: 'Libs import each other by #name, too; within a lib imports are relative.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: {
        path: '^libs/',
        pathNot: '^libs/$1/',
        dependencyTypesNot: ['aliased-subpath-import'],
      },
    },
    {
      name: 'a-lib-does-not-import-its-own-alias',
      comment: 'Within a lib imports are relative; through the index everything becomes a cycle.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/', pathNot: TEST },
      to: { path: '^libs/$1/', dependencyTypes: ['aliased-subpath-import'] },
    },
    {
      name: 'libs-know-no-apps',
      comment: 'Libs serve apps and know none of them.',
      severity: 'error',
      from: { path: '^libs/', pathNot: TEST },
      to: { path: '^(apps|test|tools)/' },
    },
    {
      name: 'apps-know-no-apps',
      comment: 'Services talk by messages and HTTP; only a test may start a sandbox in process.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: TEST },
      to: { path: '^(apps|test|tools)/', pathNot: '^apps/$1/' },
    },
    {
      name: 'migrations-know-no-apps',
      comment: 'A migration never changes again, so it must not lean on what does.',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^(apps|libs|test|tools)/' },
    },
    {
      name: 'migrations-of-one-service',
      comment: 'A service has its own schema; what is the same everywhere is in shared.',
      severity: 'error',
      from: { path: '^migrations/([^/]+)/' },
      to: { path: '^migrations/', pathNot: '^migrations/($1|shared)/' },
    },
    forbid(
      'participants-know-no-saga',
      'A participant obeys commands; what they are steps of is not its business.',
      '^apps/',
      { path: '^libs/(saga|saga-store)/' },
      ['^apps/orchestrator/'],
    ),
    forbid(
      'only-tests-import-testing',
      'Starters of brokers and databases have no place in a service.',
      '^(apps|libs|migrations)/',
      { path: '^(libs/testing|test)/' },
    ),
    forbid(
      'kafka-only-in-messaging',
      'One place knows the Kafka client.',
      '^(apps|libs|migrations)/',
      { path: '(^|/)node_modules/(kafkajs|@confluentinc)/' },
      ['^libs/messaging/'],
    ),
    forbid(
      'typeorm-only-in-persistence',
      'SQL lives at the edges.',
      '^(apps|libs)/',
      { path: '(^|/)node_modules/(@nestjs/)?typeorm/' },
      ['^libs/(saga-store|messaging|participant)/', '^apps/[^/]+/src/persistence/'],
    ),
    forbid(
      'pure-core',
      'The saga core decides, and nothing else: no I/O, no framework.',
      '^libs/saga/',
      { pathNot: '^libs/(saga|contracts)/|node_modules/zod/' },
    ),
    forbid(
      'pure-contracts',
      'Contracts are schemas and types: no I/O, no framework.',
      '^libs/contracts/',
      { pathNot: '^libs/contracts/|node_modules/zod/' },
    ),
    forbid(
      'pure-definitions',
      'A saga is a value made of contracts: what it sends depends on what it is given alone.',
      '^apps/orchestrator/src/sagas/',
      { pathNot: '^libs/(saga|contracts)/|^apps/orchestrator/src/sagas/|node_modules/zod/' },
    ),
    forbid(
      'no-development-packages',
      'What a service imports must be there when only production packages are installed.',
      '^(apps|libs|migrations)/',
      { dependencyTypes: ['npm-dev', 'npm-optional'] },
      // its packages are in what is built of it
      ['^apps/dashboard/'],
    ),
    {
      name: 'the-dashboard-stands-alone',
      comment: 'It runs in a browser, and knows the system by the admin API alone.',
      severity: 'error',
      from: { path: '^apps/dashboard/' },
      to: { path: '^(apps|libs|migrations|test|tools)/', pathNot: '^apps/dashboard/' },
    },
    {
      name: 'bench-is-for-the-benchmark',
      comment: 'What contenders share serves tools/bench alone; the peers are processes.',
      severity: 'error',
      from: { path: '.', pathNot: '^(bench|tools/bench)/' },
      to: { path: '^bench/' },
    },
    {
      name: 'peers-are-processes',
      comment: 'A peer needs packages that only the benchmark installs.',
      severity: 'error',
      from: { path: '^tools/bench/' },
      to: { path: '^bench/[^/]+/' },
    },
    {
      name: 'bench-stands-alone',
      comment: 'The peers run what lies in bench/, unbuilt, and know nothing of the project.',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^(apps|libs|migrations|test|tools)/' },
    },
    {
      name: 'declared-packages',
      comment: 'A package that is imported stands in package.json.',
      severity: 'error',
      from: { path: '.' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    {
      name: 'resolvable',
      comment: 'What cannot be resolved escapes every other rule.',
      severity: 'error',
      from: { path: '.' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Types count: a type of a neighbour is a dependency on it.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['src', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};
