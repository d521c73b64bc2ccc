/** Forms as Stripe's clients send them: `a[b][c]=1` for maps, `a[]=1` or `a[0]=1` for lists. */
import { z } from 'zod';

/** Without a prototype, so that no name in a form means anything to JavaScript. */
interface Tree {
  [name: string]: unknown;
}
const emptyTree = (): Tree => Object.create(null) as Tree;

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

/** `['a', 'b', 'c']` of `a[b][c]` */
const pathOf = (name: string): string[] => {
  const inner = /^([^[]+)((?:\[[^\]]*\])+)$/.exec(name);
  if (inner === null) return [name];
  const [, first = '', rest = ''] = inner;
  return [first, ...rest.slice(1, -1).split('][')];
};

const nested = (fields: Readonly<Record<string, unknown>>): Tree => {
  const root = emptyTree();
  for (const [name, value] of Object.entries(fields)) {
    const path = pathOf(name);
    const last = path.pop() ?? name;
    let at = root;
    for (const part of path) {
      const inner = at[part];
      at = isTree(inner) ? inner : (at[part] = emptyTree());
    }
    at[last] = value;
  }
  return root;
};

const form = z.record(z.string(), z.unknown(), {
  error: 'must be a form (application/x-www-form-urlencoded)',
});

/** An unknown parameter is an error there as well. */
export const formOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  form.transform(nested).pipe(z.strictObject(shape));

/** The values of `name[]` or of `name[0]`, `name[1]`. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.preprocess(
    (value) => (isTree(value) ? Object.values(value).flat() : value),
    z.array(item, { error: 'must be a list' }).min(1),
  );

export const text = z.string({ error: 'must be one value' }).min(1).max(5000);
export const metadata = z.record(z.string().min(1).max(40), z.string().max(500)).default({});
