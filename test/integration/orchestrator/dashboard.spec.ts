/** Operators at work, in a real Chromium: find what hangs, see why, mend it, and watch it go on. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { waitFor } from '#testing';
import { evaluate, startBrowser, violationsOf } from '../../support/browser.js';
import { Visits, type Colours } from './dashboard-visits.js';
import { DashboardWorld, type Seen } from './dashboard-world.js';

jest.setTimeout(240_000);

/** Where `npm run screenshots` wants them. */
const PICTURES = process.env['SCREENSHOTS'];

let world: DashboardWorld;
let browser: Browser;
let visits: Visits;
beforeAll(async () => {
  browser = await startBrowser();
  world = await DashboardWorld.start();
  visits = new Visits(browser, world.url);
}, 240_000);
afterEach(async () => expect(await visits.end()).toEqual([]));
afterAll(async () => {
  await browser?.close();
  await world?.stop();
}, 240_000);

const open = (colours?: Colours) => visits.open(colours);
const signIn = (page: Page, key = world.key) => visits.signIn(page, key);
const go = (page: Page, hash: string) => visits.go(page, hash);

const until = (orderId: string, what: string, holds: (saga: Seen) => boolean): Promise<Seen> =>
  waitFor(
    async () => {
      const saga = await world.sagaOf(orderId);
      return saga && holds(saga) ? saga : undefined;
    },
    { what: `${what}: ${orderId}` },
  );

/** Given up at the pivot, which is never taken for a no: a person is called for. */
async function stuck(): Promise<Seen> {
  const orderId = await world.order({ 'shipping.hand-over': 'gives-up' });
  return until(orderId, 'a person is called for', ({ attention }) => attention !== undefined);
}

/** Nothing is done by it. */
async function draftOf({ orderId }: Seen): Promise<{ bulkActionId: string }> {
  const answer = await world.app.inject({
    ...{ method: 'POST', url: '/admin/bulk-actions', headers: { 'x-api-key': world.key } },
    payload: {
      ...{ action: 'retry', step: 'hand-over', reason: 'the carrier is back' },
      filter: { orderId },
    },
  });
  return answer.json();
}

async function compensated(): Promise<Seen> {
  const orderId = await world.order({ 'payment.charge-payment': 'refused' });
  return until(orderId, 'undone', ({ state }) => state === 'compensated');
}

describe('an operator', () => {
  it('finds the saga that needs a person, sees why, retries it and watches it complete', async () => {
    const saga = await stuck();
    const page = await open();
    await signIn(page);
    await page.getByRole('link', { name: 'Need a person' }).click();
    await page.getByRole('link', { name: saga.orderId }).click();
    await page.getByText('A person is needed at hand-over').waitFor();
    await page.getByText('The carrier does not answer').first().waitFor();
    await evaluate(page, 'window.sameDocument = true');
    // the participant is back, but nobody asks it
    world.behave(saga.orderId, 'shipping.hand-over', undefined);
    await page.getByRole('button', { name: 'Retry hand-over' }).click();
    const dialog = page.getByRole('dialog', { name: 'Retry hand-over' });
    await dialog.getByText(`seen at revision ${saga.revision}`).waitFor();
    const confirm = dialog.getByRole('button', { name: 'Retry hand-over' });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('the carrier is back');
    await confirm.click();
    // nobody reloads anything from here on
    await page.locator('h1 .badge', { hasText: 'Completed' }).waitFor();
    const asking = page.locator('.timeline li', { hasText: 'Asked again by hand: hand-over' });
    await asking.waitFor();
    expect(await asking.textContent()).toContain('kim');
    expect(await asking.textContent()).toContain('the carrier is back');
    expect(await page.getByText('A person is needed').count()).toBe(0);
    expect(await evaluate(page, 'window.sameDocument')).toBe(true);
    expect((await world.sagaOf(saga.orderId))?.state).toBe('completed');
  });

  it('is told that a saga has moved since it was looked at, and nothing is done', async () => {
    const saga = await stuck();
    const page = await open();
    await signIn(page);
    await go(page, `sagas/${saga.sagaId}`);
    await page.getByRole('button', { name: 'Hold', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('let me look');
    const moved = await world.app.inject({
      ...{ method: 'POST', url: `/admin/sagas/${saga.sagaId}/interventions` },
      headers: { 'x-api-key': world.key },
      payload: { action: 'clear-attention', reason: 'seen', revision: saga.revision },
    });
    expect(moved.statusCode).toBe(200);
    await dialog.getByRole('button', { name: 'Hold' }).click();
    await dialog.getByText('Nothing was done: you decided by revision').waitFor();
    await dialog.getByRole('button', { name: 'Look at it again' }).click();
    await page
      .getByTestId('revision')
      .filter({ hasText: String(saga.revision + 1) })
      .waitFor();
    expect(await page.locator('h1 .badge', { hasText: 'Held' }).count()).toBe(0);
  });

  it('sees why what cannot be done cannot, and what changed between two moments', async () => {
    const saga = await stuck();
    const page = await open();
    await signIn(page);
    await go(page, `sagas/${saga.sagaId}`);
    await page.getByText('Why nothing else').click();
    await page.getByText('it is not held').waitFor();
    const changes = page.getByRole('region', { name: 'What is different' });
    await changes.getByText('attention').first().waitFor();
    await page.getByText('no answer', { exact: true }).waitFor();
  });

  it('reads the way of an undone order off its graph', async () => {
    const saga = await compensated();
    const page = await open();
    await signIn(page);
    await go(page, `sagas/${saga.sagaId}`);
    const graph = page.locator('.graph svg');
    await graph.waitFor();
    expect(await graph.getAttribute('aria-label')).toContain('charge-payment: refused');
    expect(await graph.getAttribute('aria-label')).toContain('reserve-stock: undone');
    expect(await graph.locator('.link.taken').count()).toBeGreaterThanOrEqual(5);
    expect(await graph.locator('.undo.is-undo').count()).toBe(2);
    await page.getByText('Undone because').waitFor();
  });

  it('redrives dead letters with a reason', async () => {
    await world.garble();
    const page = await open();
    await signIn(page);
    await page.getByRole('link', { name: 'Dead letters', exact: true }).first().click();
    await page.getByLabel('All open ones of this page').waitFor();
    await page.getByLabel('All open ones of this page').check();
    await page.getByRole('button', { name: 'Redrive' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('a version that knows it is out');
    await dialog.getByRole('button', { name: /^Redrive/ }).click();
    await page.getByText('Redrive: 1 done').waitFor();
    await go(page, 'people');
    await page.getByText('a version that knows it is out').first().waitFor();
  });
});

describe('the dashboard', () => {
  it('lets in who has a good key, and keeps it out of addresses and of what stays', async () => {
    const page = await open();
    await page.goto(`${world.url}/dashboard`);
    await page.getByLabel('Your key').fill('sk_nonsense');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('is not known, or it is revoked').waitFor();
    await signIn(page);
    await page.getByText('Live', { exact: true }).waitFor();
    expect(visits.asked.filter((url) => url.includes(world.key))).toEqual([]);
    expect(page.url()).not.toContain(world.key);
    expect(await evaluate(page, 'JSON.stringify(localStorage)')).not.toContain(world.key);
    await page.reload();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Your key').waitFor();
    expect(await evaluate(page, 'sessionStorage.length')).toBe(0);
  });

  it('shows a reader everything and lets it do nothing', async () => {
    const saga = await stuck();
    const page = await open();
    await signIn(page, await world.reader());
    await go(page, `sagas/${saga.sagaId}`);
    const retry = page.getByRole('button', { name: 'Retry hand-over' });
    await retry.waitFor();
    expect(await retry.isDisabled()).toBe(true);
  });

  it('is worked by keyboard, and says where the focus is', async () => {
    const saga = await stuck();
    const page = await open();
    await signIn(page);
    await go(page, `sagas/${saga.sagaId}`);
    await page.reload();
    const retry = page.getByRole('button', { name: 'Retry hand-over' });
    await retry.waitFor();
    await page.keyboard.press('Tab');
    expect(await evaluate(page, 'document.activeElement.textContent')).toBe('To the content');
    await page.keyboard.press('Enter');
    expect(await evaluate(page, 'document.activeElement.id')).toBe('main');
    const focused = () => evaluate(page, 'document.activeElement.textContent');
    for (let presses = 0; presses < 40 && (await focused()) !== 'Retry hand-over'; presses += 1) {
      await page.keyboard.press('Tab');
    }
    expect(await focused()).toBe('Retry hand-over');
    const outline = 'getComputedStyle(document.activeElement).outlineStyle';
    expect(await evaluate(page, outline)).toBe('solid');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await evaluate(page, 'document.activeElement.tagName')).toBe('TEXTAREA');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused()).toBe('Retry hand-over');
  });

  it('keeps what it shows where it is while more arrives', async () => {
    await stuck();
    const page = await open();
    await page.addInitScript(SHIFTS);
    await signIn(page);
    await page.reload();
    await page.locator('.flow li.busy').first().waitFor();
    expect(await evaluate(page, 'window.shifts')).toBeLessThan(0.1);
  });
});

/** Of which pages there are pictures. */
const SHOWN: Readonly<Record<Colours, readonly string[]>> = {
  light: ['overview', 'bulk'],
  dark: ['saga'],
};

/** What the browser calls layout shift, but for what follows the reader's own doing. */
const SHIFTS = `window.shifts = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({type: 'layout-shift', buffered: true});`;

describe.each(['light', 'dark'] as const)('in %s', (colours) => {
  it('each page is fit for everybody, as far as axe can tell', async () => {
    const saga = await stuck();
    const undone = await compensated();
    await world.order({ 'payment.charge-payment': 'pending' });
    await world.garble();
    const page = await open(colours);
    await page.goto(`${world.url}/dashboard`);
    await page.getByLabel('Your key').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await signIn(page);
    const visit = async (name: string, hash: string, ready: string): Promise<void> => {
      await go(page, hash);
      await page.locator(ready).first().waitFor();
      expect([name, await violationsOf(page)]).toEqual([name, []]);
      if (PICTURES !== undefined && SHOWN[colours].includes(name)) {
        await picture(PICTURES, page, `${name}-${colours}`);
      }
    };
    await visit('overview', '', '.flow li.busy');
    await visit('search', 'sagas', 'tbody tr');
    await visit('saga', `sagas/${saga.sagaId}`, '.graph svg');
    await visit('saga-undone', `sagas/${undone.sagaId}`, '.graph svg');
    await visit('dead-letters', 'dead-letters', 'tbody tr');
    const { items } = await world.get<{ items: { id: string }[] }>('dead-letters');
    await visit('dead-letter', `dead-letters/${items[0]?.id}`, '.json');
    await visit('timers', 'timers', 'tbody tr');
    await visit('definitions', 'definitions', 'tbody tr');
    await visit('definition', 'definitions/place-order/3', '.graph svg');
    await visit('people', 'people', 'main .panel');
    await visit('bulk-none', 'bulk?state=stopped', '.empty');
    const bulk = await draftOf(saga);
    await visit('bulk-list', 'bulk', 'tbody tr');
    await visit('bulk', `bulk/${bulk.bulkActionId}`, 'tbody tr');
    await go(page, 'sagas?attention=true');
    await page.getByText('Do something to all of these').click();
    await page.getByLabel('Action', { exact: true }).selectOption('resolve');
    await page.getByLabel('What became of it').selectOption('happened');
    await page.getByLabel('What the step would have answered').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await go(page, `sagas/${saga.sagaId}`);
    await page.getByRole('button', { name: 'Retry hand-over' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });
});

async function picture(folder: string, page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const whole = page.viewportSize();
  await page.setViewportSize({ width: 1280, height: 640 });
  await page.screenshot({
    path: join(folder, `dashboard-${name}.png`),
    // else it would bring a style of its own, which the page's policy forbids
    ...{ caret: 'initial', animations: 'allow' },
  });
  if (whole) await page.setViewportSize(whole);
}
