import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#testing';
import { areas, sourcesOf } from './areas.js';
import { reachesOutside, type Allowed } from './reaches.js';

const root = projectRoot();
const [core] = areas;

const found = (text: string, allowed: Allowed = core.allowed): readonly string[] =>
  reachesOutside(new Map([['odd.ts', text]]), allowed).map((each) =>
    each.replace('odd.ts:1: ', ''),
  );

describe('what decides by what it is given alone', () => {
  it.each(areas)('reaches for nothing outside: $folder', ({ folder, allowed, knownFile }) => {
    const sources = sourcesOf(root, folder);
    expect([...sources.keys()]).toContain(`${folder}/${knownFile}`);
    expect(reachesOutside(sources, allowed)).toEqual([]);
  });

  it('is looked at without its tests', () => {
    const files = areas.flatMap(({ folder }) => [...sourcesOf(root, folder).keys()]);
    expect(files.filter((file) => /\.spec\.ts$|\/spec\//.test(file))).toEqual([]);
  });

  it('is named with its line', () => {
    const text = 'const a = 1;\n\nexport const b = a + Date.now();\n';
    expect(reachesOutside(new Map([['odd.ts', text]]), core.allowed)).toEqual([
      'odd.ts:3: reaches for `Date`',
    ]);
  });
});

describe('is refused:', () => {
  it.each([
    ['Date.now()', 'reaches for `Date`'],
    ['new Date()', 'reaches for `Date`'],
    ['performance.now()', 'reaches for `performance`'],
    ['new Intl.DateTimeFormat().format()', 'reaches for `Intl`'],
    ["new Event('x').timeStamp", 'reaches for `Event`'],
    ["new File([], '').lastModified", 'reaches for `File`'],
    ['AbortSignal.timeout(1)', 'reaches for `AbortSignal`'],
    ['setTimeout(() => 1, 1)', 'reaches for `setTimeout`'],
    ['queueMicrotask(() => 1)', 'reaches for `queueMicrotask`'],
    ['new Promise(() => 1)', 'reaches for `Promise`'],
    ["new WebSocket('ws://x')", 'reaches for `WebSocket`'],
    ["new EventSource('http://x')", 'reaches for `EventSource`'],
    ["new BroadcastChannel('x')", 'reaches for `BroadcastChannel`'],
    ['new MessageChannel()', 'reaches for `MessageChannel`'],
    ["fetch('http://x')", 'reaches for `fetch`'],
    ['navigator.hardwareConcurrency', 'reaches for `navigator`'],
    ['Atomics.wait(new Int32Array(1), 0, 0, 9)', 'reaches for `Atomics`'],
    ['process.hrtime()', 'reaches for `process`'],
    ["process['env']", 'reaches for `process`'],
    ["console.log('x')", 'reaches for `console`'],
    ["require('node:fs')", 'reaches for `require`'],
    ['crypto.randomUUID()', 'reaches for `crypto`'],
    ['globalThis.Date', 'reaches for `globalThis`'],
    ['global.Date', 'reaches for `global`'],
    ["eval('Date')", 'reaches for `eval`'],
    ["new Function('return Date')()", 'reaches for `Function`'],
    ['new WeakRef({}).deref()', 'reaches for `WeakRef`'],
    ["hasOwnProperty('x')", 'reaches for `hasOwnProperty`'],
    ['typeof process', 'reaches for `process`'],
    ['[1].map(Date)', 'reaches for `Date`'],
    ['({ Date })', 'reaches for `Date`'],
    ['({ now: Date })', 'reaches for `Date`'],
    ['({ [Date]: 1 })', 'reaches for `Date`'],
    ['`${Date}`', 'reaches for `Date`'],
    ['(now = Date) => now', 'reaches for `Date`'],
    ['({} as { d: unknown }).d instanceof Date', 'reaches for `Date`'],
    ['class extends Event {}', 'reaches for `Event`'],
    ['Math.random()', 'reaches for `Math.random`'],
    ['Math?.random()', 'reaches for `Math.random`'],
    ["Math['random']()", 'takes `Math` as a value'],
    ['(Math as unknown)', 'takes `Math` as a value'],
    ['Object.getPrototypeOf(() => 1)', 'reaches for `Object.getPrototypeOf`'],
    ["(() => 1).constructor('return Date')", 'uses `.constructor`'],
    ["(() => 1)['constructor']", 'uses `.constructor`'],
    ['(({ constructor }: object) => 1)', 'uses `.constructor`'],
    ['(({ constructor: make }: object) => 1)', 'uses `.constructor`'],
    ["'a'.localeCompare('b')", 'uses `.localeCompare`'],
    ['(5).toLocaleString()', 'uses `.toLocaleString`'],
    ['import.meta.url', 'asks for `import.meta`'],
    ["import('node:fs')", 'imports at run time'],
  ])('%s', (expression, problem) => {
    expect(found(`export const odd = ${expression};`)).toEqual([problem]);
  });

  it.each([
    ['const M = Math; export const odd = M.random();', 'takes `Math` as a value'],
    ['const { random } = Math; export const odd = random();', 'takes `Math` as a value'],
    ['export default Date;', 'reaches for `Date`'],
    ['declare const secret: { x: 1 }; export const odd = secret.x;', 'reaches for `secret`'],
    ['declare global { var leak: 1 } export const odd = leak;', 'reaches for `leak`'],
    ['export declare function now(): 1; export const odd = now();', 'reaches for `now`'],
  ])('%s', (text, problem) => {
    expect(found(text)).toEqual([problem]);
  });

  it('a member of what may be used in part, in the one area where it may', () => {
    const date: Allowed = { Date: ['parse'] };
    expect(found("export const at = Date.parse('2026');", date)).toEqual([]);
    expect(found('export const at = Date.now();', date)).toEqual(['reaches for `Date.now`']);
    expect(found('export const at = new Date();', date)).toEqual(['takes `Date` as a value']);
  });
});

describe('is none of that:', () => {
  it.each([
    'export const odd = (process: number) => process + 1;',
    'export const odd = { Date: 1, fetch() { return 2; } }.Date;',
    "import { Event } from './event.js'; export const odd = new Event();",
    "export { Event } from './event.js';",
    'export const odd = ({ process: mine }: { process: 1 }) => mine;',
    'export const odd = ({ a }: { a: 1 }) => ({ a });',
    'export class Odd { performance = 1; get now() { return this.performance; } }',
    'interface Made { at: Date } export type Odd = Made | Promise<typeof globalThis>;',
    'declare const KEY: unique symbol; export type Odd = { [KEY]: 1 };',
    'export const odd = (value: Date): Date => value satisfies Date as Date;',
    'const of = <T>(value: T) => value; export const odd = of<Date | 1>(1);',
    'class Base<T> { of?: T } export class Odd extends Base<Event> implements Iterable<Event> {}',
    'export const odd = () => { outer: for (;;) { break outer; } };',
    'export const odd = [undefined, Infinity, Math.min(1, 2), Object.keys({}), new Map(), String(1)];',
  ])('%s', (text) => {
    expect(found(text)).toEqual([]);
  });
});
