import { stripVTControlCharacters } from 'node:util';
import { projectRoot } from '#testing';
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
    /** Why the file failed, in many lines. */
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName?: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

export interface Count {
  passed: number;
  failed: number;
  skipped: number;
  seconds: number;
}

/** What tells most of a long error: its first lines, without the places in the code. */
const REASON_LINES = 6;
const REASON_WIDTH = 200;

function reasonOf(error = ''): string {
  const lines = stripVTControlCharacters(error)
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  return lines
    .slice(0, REASON_LINES)
    .map((line) => `    ${line.trim().slice(0, REASON_WIDTH)}`)
    .join('\n');
}

/** Results of all rounds, by suite. */
export class Tally {
  private readonly counts = new Map<Suite, Count>();
  /** Each failed test with its file and its reason, for who sees only the end of a long log. */
  private readonly failures: string[] = [];

  add(report: JestReport): void {
    for (const result of report.testResults) {
      const { name, status, startTime, endTime, message, assertionResults } = result;
      const count = this.of(suiteOf(name));
      count.seconds += Math.max(0, endTime - startTime) / 1000;
      for (const { status: outcome, fullName, failureMessages } of assertionResults) {
        if (outcome === 'passed') count.passed += 1;
        else if (outcome === 'failed') count.failed += 1;
        else count.skipped += 1;
        if (outcome === 'failed') this.addFailure(name, fullName, failureMessages?.[0]);
      }
      const noneFailed = assertionResults.every(({ status: outcome }) => outcome !== 'failed');
      if (status === 'failed' && noneFailed) {
        count.failed += 1;
        this.addFailure(name, 'could not be run', message);
      }
    }
  }

  private addFailure(file: string, test = '', error = ''): void {
    this.failures.push(`✗ ${file.replace(`${projectRoot()}/`, '')}: ${test}\n${reasonOf(error)}`);
  }

  /** A round of which nothing is known but that it went wrong. */
  addCrash(suite: Suite): void {
    this.of(suite).failed += 1;
    this.failures.push(`✗ ${suite}: ended without a report`);
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

  /** The failed tests, a line a suite, and the sum as the last line: `N passed, N failed`. */
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
    const failures = this.failures.map((failure) => `${failure}\n\n`).join('');
    return `${failures}${formatTable(rows)}\n\n${this.passed} passed, ${this.failed} failed`;
  }
}
