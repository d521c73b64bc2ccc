/** What the documents are made of beside the contracts: golden messages, comments, handlers. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '#testing';
import { z } from 'zod';

/** Messages as released versions send them, by file name without its end: `order.created.v1`. */
export function goldenMessages(): ReadonlyMap<string, unknown> {
  const folder = projectRoot('test', 'contract', 'golden');
  return new Map(
    readdirSync(folder).map((file) => [
      file.replace(/\.json$/, ''),
      JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown,
    ]),
  );
}

const DECLARATION =
  /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*export const \w+ = define(?:Event|Command)\(\{\s*name: '([^']+)'/g;

/** What stands above the declarations, by the contract's name, as one paragraph. */
export function comments(): ReadonlyMap<string, string> {
  const folder = projectRoot('libs', 'contracts', 'src');
  const found = new Map<string, string>();
  for (const file of readdirSync(folder).filter((name) => !name.endsWith('.spec.ts'))) {
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [, comment = '', name = ''] of text.matchAll(DECLARATION)) {
      const lines = comment.split('\n').map((line) => line.replace(/^\s*\*?\s?/, '').trim());
      found.set(name, lines.join(' ').trim());
    }
  }
  return found;
}

export const packageVersion = (): string =>
  z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(projectRoot('package.json'), 'utf8'))).version;

/** As Nest keeps what `@BatchHandler(topic)` was given. */
const EXTRAS = 'microservices:pattern_extras';
const PATTERNS = 'microservices:pattern';
const batchExtras = z.object({ role: z.literal('batch') });
const batchPatterns = z.array(z.templateLiteral(['batch:', z.string()]));

/**
 * The topics that each service handles, from the handlers of its controllers as Nest sees them. The
 * topic of a participant's commands is not among them: its controller is made at start.
 */
export async function handledTopics(): Promise<ReadonlyMap<string, readonly string[]>> {
  const topics = new Map<string, Set<string>>();
  for (const source of globSync('apps/*/src/**/*.controller.ts', {
    cwd: projectRoot(),
  }).toSorted()) {
    if (!readFileSync(projectRoot(source), 'utf8').includes('BatchHandler')) continue;
    const [, app = ''] = source.split(/[\\/]/);
    const known = topics.get(app) ?? new Set<string>();
    for (const topic of await topicsIn(source)) known.add(topic);
    topics.set(app, known);
  }
  return new Map([...topics].map(([app, known]) => [app, [...known].toSorted()]));
}

async function topicsIn(source: string): Promise<readonly string[]> {
  // Tests run the sources, everything else what was built of them.
  const isSource = import.meta.url.endsWith('.ts');
  const file = isSource ? projectRoot(source) : projectRoot('dist', source.replace(/\.ts$/, '.js'));
  if (!existsSync(file)) throw new Error(`${source} is not built`);
  const exported = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  return Object.values(exported).flatMap((value) =>
    typeof value === 'function' ? topicsOf(value.prototype as object) : [],
  );
}

function topicsOf(prototype: object): readonly string[] {
  const methods = Object.values(Object.getOwnPropertyDescriptors(prototype));
  return methods.flatMap(({ value }) => {
    if (typeof value !== 'function') return [];
    const ofMethod = (key: string): unknown => Reflect.getMetadata(key, value as object);
    if (!batchExtras.safeParse(ofMethod(EXTRAS)).success) return [];
    return batchPatterns.parse(ofMethod(PATTERNS)).map((pattern) => pattern.slice('batch:'.length));
  });
}
