import { formatTable } from '../stack/table.js';
import { SUITES, suiteOf, type Suite } from './suites.js';

/** The part of Jest's `--json` output that is read here. */
export interface JestReport {
  readonly testResults: readonly {
    readonly name: string;
    /** A file that could not be run at all is `failed` without any assertion. */
    readonly status: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

export interface Count {
  passed: number;
  failed: number;
  skipped: number;
  seconds: number;
}

/** Results of all rounds, by suite. */
export class Tally {
  private readonly counts = new Map<Suite, Count>();

  add(report: JestReport): void {
    for (const { name, status, startTime, endTime, assertionResults } of report.testResults) {
      const count = this.of(suiteOf(name));
      count.seconds += Math.max(0, endTime - startTime) / 1000;
      for (const { status: outcome } of assertionResults) {
        if (outcome === 'passed') count.passed += 1;
        else if (outcome === 'failed') count.failed += 1;
        else count.skipped += 1;
      }
      const noneFailed = assertionResults.every(({ status: outcome }) => outcome !== 'failed');
      if (status === 'failed' && noneFailed) count.failed += 1;
    }
  }

  /** A round of which nothing is known but that it went wrong. */
  addCrash(suite: Suite): void {
    this.of(suite).failed += 1;
  }

  private of(suite: Suite): Count {
    const count = this.counts.get(suite) ?? { passed: 0, failed: 0, skipped: 0, seconds: 0 };
    this.counts.set(suite, count);
    return count;
  }

  get passed(): number {
    return [...this.counts.values()].reduce((sum, { passed }) => sum + passed, 0);
  }

  get failed(): number {
    return [...this.counts.values()].reduce((sum, { failed }) => sum + failed, 0);
  }

  /** A line a suite, and the sum as the last line: `N passed, N failed`. */
  toString(): string {
    const rows = SUITES.flatMap((suite) => {
      const count = this.counts.get(suite);
      if (!count) return [];
      const { passed, failed, skipped, seconds } = count;
      return [
        [
          suite,
          `${passed} passed`,
          `${failed} failed`,
          `${skipped} skipped`,
          `${Math.round(seconds)} s`,
        ],
      ];
    });
    return `${formatTable(rows)}\n\n${this.passed} passed, ${this.failed} failed`;
  }
}
