/** What has changed since the released contracts, field by field, and what each change breaks. Pure. */
import { breaksBetween, type Break } from './compare.js';
import type { Direction } from './judge/problem.js';
import { isSame } from './judge/schema.js';
import type { Checked } from './check.js';
import type { Released } from './released.js';
import { rowsOfShape, rowText } from './rows.js';
import { idOf, type Shape } from './shapes.js';
import { topicBreaks, type Topics } from './topics.js';

export interface Change {
  /** `payment.completed v1`, `topic order.events`. */
  readonly of: string;
  readonly what: 'added' | 'removed' | 'changed';
  /** A field's path; absent for the whole. */
  readonly path?: string;
  readonly before?: string;
  readonly now?: string;
  /** Empty: nobody notices. */
  readonly breaks: readonly Direction[];
}

export const changesSince = ({
  current: { shapes },
  topics,
  released,
}: Pick<Checked, 'current' | 'topics' | 'released'>): readonly Change[] => [
  ...ofMessages(newestOf(released), shapes),
  ...ofTopics(released.topics.at(-1) ?? {}, topics),
];

const newestOf = ({ snapshots }: Released): ReadonlyMap<string, Shape> =>
  new Map(snapshots.map(({ shape }) => [shape.name, shape]));

function ofMessages(before: ReadonlyMap<string, Shape>, now: readonly Shape[]): readonly Change[] {
  const names = new Set(now.map(({ name }) => name));
  const gone = [...before.values()].filter(({ name }) => !names.has(name));
  return [
    ...now.flatMap((shape): readonly Change[] => {
      const known = before.get(shape.name);
      if (known === undefined) return [{ of: idOf(shape), what: 'added', breaks: [] }];
      return isSame(known, shape) ? [] : ofShape(known, shape);
    }),
    ...gone.map((shape): Change => {
      return { of: idOf(shape), what: 'removed', breaks: ['backward', 'forward'] };
    }),
  ];
}

function ofShape(before: Shape, now: Shape): readonly Change[] {
  const breaks = breaksBetween(before, now);
  const of = before.version === now.version ? idOf(now) : `${idOf(now)} (was v${before.version})`;
  const old = new Map(rowsOfShape(before).map((row) => [row.path, rowText(row)]));
  const fresh = new Map(rowsOfShape(now).map((row) => [row.path, rowText(row)]));
  const fields = [...new Set([...fresh.keys(), ...old.keys()])].flatMap((path): Change[] => {
    const [was, is] = [old.get(path), fresh.get(path)];
    if (was === is) return [];
    const what = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed';
    return [
      {
        ...{ of, what, path, breaks: brokenAt(path, breaks) },
        ...(was !== undefined && { before: was }),
        ...(is !== undefined && { now: is }),
      },
    ];
  });
  return [...ofAddress(of, before, now), ...fields];
}

const brokenAt = (path: string, breaks: readonly Break[]): readonly Direction[] => {
  // A reply as a whole is named without the part that its rows begin with.
  const whole = path.endsWith(': result') ? path.slice(0, -': result'.length) : path;
  const own = breaks.filter(
    ({ text }) => text.startsWith(`${path} `) || text.startsWith(`${whole} `),
  );
  return [...new Set(own.map(({ direction }) => direction))];
};

function ofAddress(of: string, before: Shape, now: Shape): readonly Change[] {
  return (['kind', 'topic', 'participant'] as const).flatMap((path): Change[] => {
    const [was = 'none', is = 'none'] = [before[path], now[path]];
    if (was === is) return [];
    return [{ of, what: 'changed', path, before: was, now: is, breaks: ['backward', 'forward'] }];
  });
}

function ofTopics(before: Topics, now: Topics): readonly Change[] {
  return [...new Set([...Object.keys(now), ...Object.keys(before)])].flatMap((name): Change[] => {
    const of = `topic ${name}`;
    const [was, is] = [before[name], now[name]];
    if (is === undefined) return [{ of, what: 'removed', breaks: ['backward', 'forward'] }];
    if (was === undefined) return [{ of, what: 'added', breaks: [] }];
    return (['partitions', 'retentionMs', 'key', 'compacted'] as const).flatMap((path) => {
      if ((was[path] ?? false) === (is[path] ?? false)) return [];
      const broken =
        topicBreaks({ [name]: was }, { [name]: { ...was, [path]: is[path] } }).length > 0;
      const breaks: readonly Direction[] = broken ? ['backward', 'forward'] : [];
      const change = { before: String(was[path] ?? false), now: String(is[path] ?? false) };
      return [{ of, what: 'changed' as const, path, ...change, breaks }];
    });
  });
}
