/** What goes wrong, by kind: drawn at each opportunity, at the rates of the seed's plan. */
import { Random } from './random.js';

/** Drawn whenever there is an opportunity; the rate is the probability of each. */
export const CHANCE_KINDS = [
  'crash-point',
  'connection-lost',
  'serialization-failure',
  'commit-refused',
  'commit-applied-unknown',
  'commit-lost-unknown',
  'send-lost',
  'send-unanswered',
  'send-partial',
  'offset-commit-lost',
  'redelivery',
  'statement-poisoned',
  'outside-request-lost',
  'outside-answer-lost',
  'outside-slow',
] as const;
export type ChanceKind = (typeof CHANCE_KINDS)[number];

/** Happen at a moment of the plan, to somebody, for a while. */
export const INCIDENT_KINDS = [
  'crash',
  'pause',
  'expelled-from-group',
  'broker-away',
  'database-away',
  'outside-away',
] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/** Hold for the whole fault phase. */
export const CONDITION_KINDS = ['clock-skew', 'slow-network', 'rolling-deploy'] as const;
export type ConditionKind = (typeof CONDITION_KINDS)[number];

export type FaultKind = ChanceKind | IncidentKind | ConditionKind;
export const FAULT_KINDS: readonly FaultKind[] = [
  ...CHANCE_KINDS,
  ...INCIDENT_KINDS,
  ...CONDITION_KINDS,
];

export interface FaultsOptions {
  readonly seed: number;
  readonly rates: Readonly<Partial<Record<ChanceKind, number>>>;
  /** `kind#n`: the n-th of its kind is left out, where a story is shortened. */
  readonly spared: ReadonlySet<string>;
  /** Told of each that happens. */
  readonly onStrike: (kind: FaultKind, what: string) => void;
}

export class Faults {
  /** False in the healing phase. */
  isActive = true;
  readonly counts = new Map<FaultKind, number>();
  private readonly randoms = new Map<ChanceKind, Random>();
  private readonly drawn = new Map<ChanceKind, number>();

  constructor(private readonly options: FaultsOptions) {}

  /**
   * Whether this one goes wrong.
   * @param what for the trace: who, doing what
   * @param likelier times, for what there is seldom an opportunity for
   */
  strikes(kind: ChanceKind, what: string, likelier = 1): boolean {
    const rate = this.options.rates[kind];
    if (rate === undefined || !this.isActive) return false;
    let random = this.randoms.get(kind);
    if (!random) this.randoms.set(kind, (random = new Random(this.options.seed, kind)));
    if (!random.chance(rate * likelier)) return false;
    const no = (this.drawn.get(kind) ?? 0) + 1;
    this.drawn.set(kind, no);
    if (this.options.spared.has(`${kind}#${no}`)) return false;
    this.happened(kind, what);
    return true;
  }

  happened(kind: FaultKind, what: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    this.options.onStrike(kind, what);
  }
}
