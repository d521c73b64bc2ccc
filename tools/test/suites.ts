/** The suites of jest.config.js, from fast to slow. */
export const SUITES = ['unit', 'contract', 'integration', 'e2e', 'chaos'] as const;
export type Suite = (typeof SUITES)[number];

export const isSuite = (word: string): word is Suite => SUITES.includes(word as Suite);

/** What one call of Jest runs. */
export interface Round {
  readonly suites: readonly Suite[];
  /** Processes of their own, which most of the time are waited for, report no coverage. */
  readonly ownProcesses: boolean;
  /**
   * Of a run of everything: the tools apart, because counting coverage costs their long computations
   * most, and the services' own tests cover what has to be covered.
   */
  readonly part?: 'tools' | 'all but tools';
}

export interface Plan {
  readonly suites: readonly Suite[];
  readonly rounds: readonly Round[];
  /** Whether one of them wants Postgres and Kafka. */
  readonly needsServers: boolean;
  /** Whether one of them may look at pages. */
  readonly needsBrowser: boolean;
  /** `measured`: printed only, because what runs is not enough to reach the thresholds. */
  readonly coverage: 'enforced' | 'measured' | 'off';
  /** Passed on: patterns of files, `-t name`, … */
  readonly jestArgs: readonly string[];
}

/**
 * `[suite…] [--coverage] [anything for Jest…]`; no suite means all, and with coverage. Undefined when
 * only help is wanted: handed to Jest, the word would start every server for its long list.
 */
export function planTests(args: readonly string[]): Plan | undefined {
  if (args.includes('--help') || args.includes('-h')) return undefined;
  const named = SUITES.filter((suite) => args.includes(suite));
  const suites = named.length > 0 ? named : SUITES;
  const together = suites.filter((suite) => suite !== 'e2e' && suite !== 'chaos');
  const jestArgs = args.filter((arg) => !isSuite(arg) && arg !== '--coverage' && arg !== '--');
  const whole = together.length === SUITES.length - 2 && jestArgs.length === 0;
  const coverage = args.includes('--coverage') ? 'measured' : 'off';
  const alone = suites.filter((suite) => !together.includes(suite));
  return {
    suites,
    rounds: [
      ...(whole
        ? [
            { ...inProcess, suites: together, part: 'all but tools' as const },
            { ...inProcess, suites: ['unit' as const], part: 'tools' as const },
          ]
        : []),
      ...(!whole && together.length > 0 ? [{ ...inProcess, suites: together }] : []),
      // What they take away and kill is their own: one does not wait for the other.
      ...(alone.length > 0 ? [{ suites: alone, ownProcesses: true }] : []),
    ],
    needsServers: suites.some((suite) => suite !== 'unit' && suite !== 'contract'),
    needsBrowser:
      suites.includes('integration') &&
      (jestArgs.length === 0 || jestArgs.some((arg) => arg.includes('dashboard'))),
    coverage: whole ? 'enforced' : coverage,
    jestArgs,
  };
}

const inProcess = { ownProcesses: false } as const;

/** The suite a test file belongs to: where it lies says so. */
export function suiteOf(file: string): Suite {
  const folder = /[\\/]test[\\/](\w+)[\\/]/.exec(file)?.[1];
  return folder !== undefined && isSuite(folder) ? folder : 'unit';
}
