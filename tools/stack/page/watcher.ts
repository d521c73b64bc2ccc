import { readHealth } from '../health.js';
import { figuresOf, type Figures, type Scrape } from './figures.js';
import { readExposition, type Sample } from './prometheus-text.js';

export interface WatchedApp {
  readonly name: string;
  readonly about: string;
  readonly url: string;
  /** Page that describes its API, where it has one. */
  readonly docs?: string;
  /** Services show figures; sandboxes do not count. */
  readonly isService: boolean;
}

export interface AppView extends WatchedApp {
  readonly ok: boolean;
  readonly detail: string;
}

/** What the page shows; undefined figures are null in JSON. */
export interface View {
  readonly at: string;
  readonly apps: readonly AppView[];
  /** Where the keys lie that the APIs ask for. */
  readonly keysFile?: string;
  readonly figures: Figures;
  /** Oldest first, at most `KEPT`. */
  readonly history: readonly Figures[];
}

const KEPT = 100;
const SCRAPE_TIMEOUT_MS = 3_000;

export interface WatcherOptions {
  readonly apps: readonly WatchedApp[];
  readonly keysFile?: string;
  /** Default: the health and the metrics of each over HTTP. */
  readonly health?: typeof readHealth;
  readonly scrape?: (url: string) => Promise<readonly Sample[] | undefined>;
  readonly now?: () => number;
}

/** Looks at everything when it is told to, and remembers the last looks. */
export class Watcher {
  private last: Scrape | undefined;
  private history: Figures[] = [];
  private looking: Promise<View> | undefined;

  constructor(private readonly options: WatcherOptions) {}

  /** Looks that overlap are one. Never rejects. */
  look(): Promise<View> {
    this.looking ??= this.lookAnew().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async lookAnew(): Promise<View> {
    const {
      apps,
      keysFile,
      health = readHealth,
      scrape = scrapeOf,
      now = () => performance.now(),
    } = this.options;
    const [views, scraped] = await Promise.all([
      Promise.all(
        apps.map(async (app): Promise<AppView> => ({ ...app, ...(await health(app.url)) })),
      ),
      Promise.all(
        apps.map(
          async ({ name, url, isService }) =>
            [name, isService ? await scrape(url) : undefined] as const,
        ),
      ),
    ]);
    const services = new Map(
      scraped.flatMap(([name, samples]) =>
        samples === undefined ? [] : [[name, samples] as const],
      ),
    );
    const current = { atMs: now(), services };
    const figures = figuresOf(current, this.last);
    this.last = current;
    this.history = [...this.history, figures].slice(-KEPT);
    return {
      ...{ at: new Date().toISOString(), apps: views, figures, history: this.history },
      ...(keysFile !== undefined && { keysFile }),
    };
  }
}

/** Undefined for one that does not answer. */
async function scrapeOf(url: string): Promise<readonly Sample[] | undefined> {
  try {
    const response = await fetch(`${url}/metrics`, {
      signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS),
    });
    const text = await response.text();
    return response.ok ? readExposition(text).samples : undefined;
  } catch {
    return undefined;
  }
}
