/**
 * Promise attacked here: no crash point is forgotten. Each is one where some simulated world has to
 * crash, or one of what is not in those worlds, which has a test where its service dies.
 */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#testing';
import { SITUATIONS } from './situations.js';

/** The crash points of what the simulator does without, and where their process ends there. */
const DIED_AT: Readonly<Record<string, readonly string[]>> = {
  'settlement.batch-asked': ['test/e2e/settlement.spec.ts'],
  'settlement.batch-opened': ['test/integration/settlement-batches.spec.ts'],
  'settlement.page-settled': ['test/integration/settlement-batches.spec.ts'],
  'settlement.page-committed': ['test/integration/settlement-batches.spec.ts'],
  'settlement.batch-finished': ['test/integration/settlement-batches.spec.ts'],
  'chain.before-commit': ['test/integration/audit/audit-log.spec.ts'],
  'chain.after-commit': ['test/integration/audit/audit-log.spec.ts'],
  'rebuild.page': ['test/e2e/analytics.spec.ts'],
  'rebuild.before-commit': ['test/e2e/analytics.spec.ts'],
  'effect.sms.executed': ['test/integration/notification-events.spec.ts'],
  'effect.webhook.executed': ['test/integration/notification-webhooks.spec.ts'],
  'effect.chargeback.executed': ['test/integration/payment-chargebacks.spec.ts'],
  'effect.reconciliation.executed': [
    'test/integration/accounting-reconciliation.spec.ts',
    'test/integration/payment-reconciliation.spec.ts',
  ],
};

/** Workers that are given their name, by who makes them. */
const NAMED_BY: Readonly<Record<string, string>> = {
  'apps/notification/src/handlers/notice.workers.ts':
    'apps/notification/src/handlers/notice.channel.ts',
};

const read = (file: string): string => readFileSync(projectRoot(file), 'utf8');
const sources = globSync(['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'], {
  cwd: projectRoot(),
}).filter((file) => !file.endsWith('.spec.ts'));

const groupsOf = (text: string, pattern: RegExp): (string | undefined)[] =>
  [...text.matchAll(pattern)].map(([, group]) => group);

/** Each with the file that makes it, or that gives it its name. */
interface CrashPoint {
  readonly name: string;
  readonly file: string;
}

/** What this spec cannot read is a name that is in no list. */
const written = (file: string, text: string): CrashPoint[] =>
  groupsOf(text, /\bcrashPoint\(([^)]*)\)/g)
    .filter((name) => name !== '`effect.${this.options.name}.executed`')
    .map((name = '') => ({ name: /^'([^']*)'$/.exec(name)?.[1] ?? `? ${name}`, file }));

/** Those of effect workers, which are called by the name that their class gives to its base. */
const ofWorkers = (file: string, text: string): CrashPoint[] => {
  if (!/\b(extends|new) EffectWorkers\b/.test(text)) return [];
  const given = NAMED_BY[file];
  const names = given
    ? groupsOf(read(given), /\bname: '([^']*)'/g)
    : groupsOf(text, /\b(?:super|new EffectWorkers(?:<\w*>)?)\(\{[^]*?\bname\b(?:: '([^']*)')?/g);
  if (names.length === 0) names.push(undefined);
  return names.map((name) => ({ name: `effect.${name ?? '?'}.executed`, file }));
};

const crashPoints = sources.flatMap((file) => {
  const text = read(file);
  return [...written(file, text), ...ofWorkers(file, text)];
});
const simulated = new Set<string>(SITUATIONS.filter((one) => one.startsWith('crash at ')));
const isSimulated = ({ name }: CrashPoint): boolean => simulated.has(`crash at ${name}`);

describe('a crash point', () => {
  it('is one of a simulated world, or has a test that dies there', () => {
    expect(crashPoints.length).toBeGreaterThan(20);
    const forgotten = crashPoints.filter(
      (point) => !isSimulated(point) && !Object.hasOwn(DIED_AT, point.name),
    );
    expect(forgotten).toEqual([]);
  });

  it('is still there when a list has it, and in one list only', () => {
    const names = new Set(crashPoints.map(({ name }) => name));
    const listed = [...simulated].map((one) => one.replace('crash at ', ''));
    listed.push(...Object.keys(DIED_AT));
    expect(listed.filter((name) => !names.has(name))).toEqual([]);
    expect(listed.filter((name, index) => listed.indexOf(name) !== index)).toEqual([]);
  });

  it.each(Object.entries(DIED_AT))('is named by the tests that die there: %s', (name, specs) => {
    expect(specs.filter((spec) => !read(spec).includes(`'${name}'`))).toEqual([]);
    // Two services that call it the same each have their own.
    const makers = new Set(crashPoints.filter((one) => one.name === name).map(({ file }) => file));
    expect(new Set(specs).size).toBe(makers.size);
  });
});
