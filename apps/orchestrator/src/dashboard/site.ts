/** The dashboard's built files, read once and kept: what is not among them cannot be asked for. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

export interface SiteFile {
  readonly type: string;
  /** By content coding; `identity` is always there. */
  readonly bodies: Readonly<Partial<Record<Coding, Buffer>>> & { readonly identity: Buffer };
  readonly etag: string;
  /** Its name has a hash of its content in it, so that it never changes. */
  readonly isForGood: boolean;
}

/** The smallest first. */
const CODINGS = ['br', 'gzip', 'identity'] as const;
export type Coding = (typeof CODINGS)[number];

const SUFFIXES: Readonly<Record<Exclude<Coding, 'identity'>, string>> = { br: '.br', gzip: '.gz' };

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** From the compiled code, and from the sources, where tests run them. */
const PLACES = ['../../../dashboard/site', '../../../../dist/apps/dashboard/site'];

export const siteFolder = (): string | undefined =>
  PLACES.map((place) => join(import.meta.dirname, place)).find((folder) =>
    existsSync(join(folder, 'index.html')),
  );

export class Site {
  private readonly files = new Map<string, SiteFile>();

  /** @param folder undefined where nobody has built it: then there is nothing */
  constructor(folder: string | undefined) {
    if (folder === undefined) return;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const type = TYPES[extname(entry.name)];
      if (!entry.isFile() || type === undefined) continue;
      this.files.set(relative(folder, path).split(sep).join('/'), readSiteFile(path, type));
    }
  }

  /**
   * @param path below the dashboard, without a slash before it
   * @returns its first page for what is a place in it and no file; undefined for a file there is not
   */
  find(path: string): SiteFile | undefined {
    const isPlace = extname(path) === '';
    return this.files.get(path) ?? (isPlace ? this.files.get('index.html') : undefined);
  }
}

function readSiteFile(path: string, type: string): SiteFile {
  const identity = readFileSync(path);
  const coded = Object.entries(SUFFIXES).flatMap(([coding, suffix]) =>
    existsSync(path + suffix) ? [[coding, readFileSync(path + suffix)]] : [],
  );
  return {
    type,
    bodies: { ...(Object.fromEntries(coded) as SiteFile['bodies']), identity },
    etag: `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`,
    isForGood: /[\\/]assets[\\/].+-[\w-]{8}\.\w+$/.test(path),
  };
}

/** The smallest that there is and that the reader takes. @param accepted header Accept-Encoding */
export function codingFor({ bodies }: SiteFile, accepted = ''): Coding {
  const taken = new Set(
    accepted.split(',').flatMap((one) => {
      const [name = '', ...parameters] = one
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      return parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? [] : [name];
    }),
  );
  return CODINGS.find((coding) => bodies[coding] && taken.has(coding)) ?? 'identity';
}
