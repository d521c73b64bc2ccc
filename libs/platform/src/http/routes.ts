export interface Route {
  readonly method: string;
  /** Fastify's form: `/orders/:id`. */
  readonly url: string;
}

/**
 * Remembers which methods each path has, so that a wrong method on a known path is told from an
 * unknown path (405 with `Allow`, not 404).
 */
export class RouteTable {
  private readonly routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();

  /** @param url Fastify's form: `/orders/:id`, `/static/*`. */
  add(url: string, methods: string | readonly string[]): void {
    const route = this.routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const method of [methods].flat()) route.methods.add(method);
    this.routes.set(url, route);
  }

  all(): Route[] {
    return [...this.routes].flatMap(([url, { methods }]) =>
      [...methods].map((method) => ({ method, url })),
    );
  }

  methodsOf = (path: string): string[] => {
    const found = new Set<string>();
    for (const { pattern, methods } of this.routes.values()) {
      if (pattern.test(path)) for (const method of methods) found.add(method);
    }
    return [...found].sort();
  };
}

const patternOf = (url: string): RegExp => {
  const parts = url.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    if (part === '*') return '.*';
    return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}/?$`);
};
