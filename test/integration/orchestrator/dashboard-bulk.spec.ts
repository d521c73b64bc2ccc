/** Two people and 1,000 orders that the carrier was not there for: one makes it, another approves it. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { testId, waitFor } from '#testing';
import { startBrowser } from '../../support/browser.js';
import { Visits } from './dashboard-visits.js';
import { DashboardWorld } from './dashboard-world.js';

jest.setTimeout(400_000);

const MANY = 1_000;

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

const counted = (query: string, count: number): Promise<unknown> =>
  waitFor(
    async () => {
      const found = await world.get<{ count: number }>(`sagas/count?${query}`);
      return found.count === count || undefined;
    },
    { what: `${count} sagas of ${query}`, timeoutMs: 180_000 },
  );

/** So many orders of a new customer that need a person, because the carrier was away; it is back. */
async function stuck(count: number): Promise<string> {
  const customerId = testId();
  const orderIds = await world.orders(count, { 'shipping.hand-over': 'gives-up' }, { customerId });
  await counted(`customer=${customerId}&attention=true`, count);
  for (const orderId of orderIds) world.behave(orderId, 'shipping.hand-over', undefined);
  return customerId;
}

/** What is found by the form, and what is made of it. */
async function makeRetry(page: Page, customerId: string, perSecond: number): Promise<void> {
  await visits.go(page, 'sagas');
  await page.getByLabel('Customer').fill(customerId);
  await page.getByLabel('Needs a person').selectOption('true');
  await page.getByRole('button', { name: 'Search' }).click();
  await page
    .getByRole('link', { name: /^[0-9a-f]{8}-/ })
    .first()
    .waitFor();
  await page.getByText('Do something to all of these').click();
  const form = page.getByRole('form', { name: 'Make a bulk action' });
  expect(await form.getByLabel('Which step').inputValue()).toBe('hand-over');
  await form.getByLabel('Reason').fill('the carrier was away, and is back');
  await form.getByLabel('Sagas a second').fill(String(perSecond));
  await form.getByRole('button', { name: 'Look at what it would do' }).click();
  await page.getByRole('heading', { name: 'Retry hand-over', level: 1 }).waitFor();
}

async function decide(page: Page, label: string, reason: string): Promise<void> {
  await page.getByRole('button', { name: label, exact: true }).click();
  const dialog = page.getByRole('dialog', { name: label });
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: label, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

const badge = (page: Page, text: string) => page.locator('h1 .badge', { hasText: text });
const whatItDoes = (page: Page) => page.getByRole('region', { name: 'What it does' });
const howFar = (page: Page) => page.locator('section[aria-label="How far it is"] .progress');

describe('a bulk action', () => {
  it('is made of a search by one, approved by another, watched by both, and mends 1,000 orders', async () => {
    const customerId = await stuck(MANY);
    const [kim, ada] = [await visits.open(), await visits.open('dark')];
    await visits.signIn(kim, world.key);
    await makeRetry(kim, customerId, 500);
    const preview = whatItDoes(kim);
    await preview.getByText('£15,300.00').waitFor();
    expect(await preview.getByText('1,000', { exact: true }).count()).toBeGreaterThanOrEqual(2);
    await preview
      .getByRole('region', { name: 'Whom it writes to' })
      .getByText('shipping')
      .waitFor();
    expect(await howFar(kim).textContent()).toBe('0 of 1,000');
    await decide(kim, 'Ask for approval', 'all of them wait for the carrier');
    await badge(kim, 'Awaits approval').waitFor();
    await kim.getByText('A second person must approve it').waitFor();
    await kim.getByText('You have made it').waitFor();
    expect(await kim.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);

    await visits.signIn(ada, await world.approver());
    await ada.getByRole('link', { name: 'Bulk actions' }).click();
    await ada.getByRole('link', { name: 'Awaits approval' }).click();
    await ada.getByRole('link', { name: 'Retry hand-over' }).click();
    await whatItDoes(ada).getByText('£15,300.00').waitFor();
    await counted(`customer=${customerId}&attention=true`, MANY);
    await decide(ada, 'Approve', 'I have called the carrier');

    // nobody reloads anything from here on
    const seen = await watched(kim);
    expect(seen.some((done) => done > 0 && done < MANY)).toBe(true);
    await badge(kim, 'Finished').waitFor();
    await badge(ada, 'Finished').waitFor();
    const now = kim.getByRole('region', { name: 'Those that it was done to, now' });
    await now.getByText('1,000', { exact: true }).waitFor();
    await kim.getByText('by ada').waitFor();
    await kim.getByRole('link', { name: 'Done 1,000' }).click();
    await kim.locator('tbody tr', { hasText: 'Completed' }).first().waitFor();
    await counted(`customer=${customerId}&state=completed`, MANY);
    await counted(`customer=${customerId}&attention=true`, 0);

    await visits.go(kim, 'people?objectType=bulk-action');
    await kim.getByText('I have called the carrier').waitFor();
  });

  it('is paused, resumed and cancelled, and tells a reader why that is not for them', async () => {
    const customerId = await stuck(60);
    const page = await visits.open();
    await visits.signIn(page, world.key);
    await makeRetry(page, customerId, 1);
    await decide(page, 'Start', 'go');
    await decide(page, 'Pause', 'the carrier asks for it');
    await badge(page, 'Paused').waitFor();
    await page.getByText('Paused: the carrier asks for it').waitFor();
    const reader = await visits.open();
    await visits.signIn(reader, await world.reader());
    await reader.goto(page.url());
    await reader.getByText('Your key is a reader’s').waitFor();
    expect(await reader.getByRole('button', { name: 'Resume' }).isDisabled()).toBe(true);
    await decide(page, 'Resume', 'it may go on');
    await badge(page, 'Running').waitFor();
    await decide(page, 'Cancel it', 'enough');
    await badge(page, 'Cancelled').waitFor();
    await page.getByText('Nothing: it is over.').waitFor();
    await page.getByRole('link', { name: /^Not yet \d+$/ }).click();
    await page.locator('tbody tr', { hasText: 'Needs a person' }).first().waitFor();
  });

  it('of nothing is not made, and says so', async () => {
    const page = await visits.open();
    await visits.signIn(page, world.key);
    await visits.go(page, 'sagas?customer=nobody');
    await page.getByText('Do something to all of these').click();
    const form = page.getByRole('form', { name: 'Make a bulk action' });
    await form.getByLabel('Which step').fill('hand-over');
    await form.getByLabel('Reason').fill('let me see');
    await form.getByRole('button', { name: 'Look at what it would do' }).click();
    await form.getByText('No saga matches the filter').waitFor();
    await visits.go(page, 'sagas');
    await page.getByText('Search for something first').waitFor();
  });
});

/** How many were done, each time the page has said something new, until it says all. */
async function watched(page: Page): Promise<number[]> {
  const seen: number[] = [];
  await waitFor(
    async () => {
      const text = (await howFar(page).textContent()) ?? '';
      const done = Number(text.replace(/ of .*/, '').replace(',', ''));
      if (seen.at(-1) !== done) seen.push(done);
      return done === MANY || undefined;
    },
    { what: 'all are done, as the page has it', timeoutMs: 120_000, intervalMs: 50 },
  );
  return seen;
}
