/** People before the dashboard: their browsers, what these complain of, and whom they ask. */
import type { Browser, BrowserContext, Page } from 'playwright-core';

export type Colours = 'light' | 'dark';

export class Visits {
  readonly asked: string[] = [];
  private readonly complaints: string[] = [];
  private readonly contexts: BrowserContext[] = [];

  constructor(
    private readonly browser: Browser,
    private readonly url: string,
  ) {}

  /** A browser of its own: nothing is shared with those that are open. */
  async open(colorScheme: Colours = 'light'): Promise<Page> {
    const context = await this.browser.newContext({
      ...{ colorScheme, locale: 'en-GB', timezoneId: 'Europe/London' },
      viewport: { width: 1280, height: 900 },
    });
    this.contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      // that a server said no is shown to the reader; the browser says it, too
      const isAnswer = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isAnswer) this.complaints.push(message.text());
    });
    page.on('request', (request) => this.asked.push(request.url()));
    return page;
  }

  async signIn(page: Page, key: string): Promise<void> {
    await page.goto(`${this.url}/dashboard`);
    await page.getByLabel('Your key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  }

  async go(page: Page, hash: string): Promise<void> {
    await page.goto(`${this.url}/dashboard#/${hash}`);
  }

  /**
   * All browsers are closed. @returns what they complained of (what the page's policy forbids is among
   * it), and what other servers were asked for: nothing of either, where all is well
   */
  async end(): Promise<string[]> {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()));
    const elsewhere = this.asked.splice(0).filter((url) => !url.startsWith(this.url));
    return [...this.complaints.splice(0), ...elsewhere];
  }
}
