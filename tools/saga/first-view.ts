/** `npm run saga -- first-view`. */
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { findChromium, makeAdminKey, spawnService } from '#testing';
import { UsageError } from '../sagas/arguments.js';
import { progress } from '../sagas/stored-sagas.js';
import { formatTable } from '../stack/table.js';
import type { SagaCommand } from './command.js';
import { readSeedArguments } from './seed.js';
import { startSeeded } from './seeded-database.js';

const help = `Measures how soon the dashboard's first view is there, in a Chromium without a window.

  npm run saga -- first-view --sagas N [options]

  --sagas N      a Postgres of its own, seeded with so many
  --data FOLDER  where its data is kept, and found filled the next time; that of "searches" will do
  --rounds N     default 4: in each, the orchestrator is started anew
  --json         for scripts

In ms, from the click that gives the key, and from a reload: its first paint, the sagas that need a person,
the figures, where sagas are, and what is at risk.`;

/** What is waited for, and how it is known to be there. */
const PARTS = {
  'need a person': (page: Page) => page.getByLabel('Sagas that need a person'),
  figures: (page: Page) => numberIn(page.locator('.tile', { hasText: 'In flight' })),
  'where they are': (page: Page) => page.locator('.flow .counts', { hasText: /\d/ }).first(),
  'at risk': (page: Page) => page.getByLabel('Money and stock out, by kind'),
} as const;
const PART_NAMES = Object.keys(PARTS) as (keyof typeof PARTS)[];

const numberIn = (tile: ReturnType<Page['locator']>) =>
  tile.locator('dd.number', { hasText: /\d/ });

interface View {
  readonly round: number;
  readonly after: 'start' | 'reload';
  /** Since the page was asked for; of the page that asks for the key where it comes after a start. */
  readonly paintMs: number;
  readonly partsMs: Readonly<Record<keyof typeof PARTS, number>>;
}

async function run(args: readonly string[]): Promise<number> {
  const { sagas, data, rounds = '4', json } = parse(args);
  if (sagas === undefined) throw new UsageError('--sagas is missing; see --help');
  if (!/^[1-9]\d?$/.test(rounds)) throw new UsageError('--rounds must be 1 to 99');
  const count = readSeedArguments(['--sagas', sagas]).sagas;
  const browser = await startBrowser();
  try {
    return await measure(browser, { count, data, rounds: Number(rounds), json: json === true });
  } finally {
    await browser.close();
  }
}

interface Wanted {
  readonly count: number;
  readonly data: string | undefined;
  readonly rounds: number;
  readonly json: boolean;
}

async function measure(browser: Browser, { count, data, rounds, json }: Wanted): Promise<number> {
  const { server, url } = await startSeeded(count, data);
  try {
    const views: View[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      progress(`${round} of ${rounds}`);
      views.push(...(await measureRound(browser, url, round)));
    }
    progress('');
    console.log(json ? JSON.stringify(views) : tableOf(views));
    return 0;
  } finally {
    await server.stop();
  }
}

function parse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const options = { sagas: text, data: text, rounds: text, json: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new UsageError('there is no Chromium here; CHROMIUM says where it lies');
  }
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** No broker is needed to look at sagas, and without one none of them moves. */
const NO_BROKER = '127.0.0.1:1';

async function measureRound(browser: Browser, url: string, round: number): Promise<View[]> {
  const env = { DATABASE_URL: url, KAFKA_BROKERS: NO_BROKER };
  const orchestrator = await spawnService({ name: 'orchestrator', env });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const key = await makeAdminKey(url, 'reader', 'first-view');
    const page = await context.newPage();
    await page.goto(`${orchestrator.url}/dashboard`);
    await page.getByLabel('Your key').fill(key);
    const signIn = () => page.getByRole('button', { name: 'Sign in' }).click();
    const reload = () => page.reload({ waitUntil: 'commit' });
    return [
      { round, after: 'start', ...(await measureView(page, signIn)) },
      { round, after: 'reload', ...(await measureView(page, reload)) },
    ];
  } finally {
    await context.close();
    await orchestrator.stop();
  }
}

async function measureView(
  page: Page,
  begin: () => Promise<unknown>,
): Promise<Pick<View, 'paintMs' | 'partsMs'>> {
  const startedMs = performance.now();
  await begin();
  const parts = PART_NAMES.map(async (name) => {
    await PARTS[name](page).waitFor();
    return [name, performance.now() - startedMs] as const;
  });
  const partsMs = Object.fromEntries(await Promise.all(parts)) as View['partsMs'];
  return { paintMs: await firstPaintOf(page), partsMs };
}

/** Asked of the browser itself: the page's policy allows no evaluation of text. */
async function firstPaintOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const expression = `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1`;
  const { result } = await session.send('Runtime.evaluate', { expression });
  await session.detach();
  return Number(result.value);
}

function tableOf(views: readonly View[]): string {
  const rows = views.map(({ round, after, paintMs, partsMs }) => [
    ...[String(round), after, paintMs.toFixed(0)],
    ...PART_NAMES.map((name) => partsMs[name].toFixed(0)),
  ]);
  return formatTable([['round', 'after', 'first paint', ...PART_NAMES], ...rows]);
}

export const firstView: SagaCommand = {
  about: 'measures how soon the dashboard is there',
  help,
  run,
};
