/** A real Chromium without a window. */
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findChromium } from '#testing';

/** @throws Error that says how to come by one */
export async function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error(
      'These tests need Chromium, and there is none in the usual places. On Debian and Ubuntu: ' +
        '`apt-get install -y chromium`. Elsewhere install Chromium or Chrome, or say where it is by ' +
        'CHROMIUM=/path/to/chromium.',
    );
  }
  // as root, as in most containers, its own sandbox does not start
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/**
 * What an expression comes to, or its promise. Asked of the browser itself: the page's policy allows no
 * evaluation of text, and stays in force.
 */
export async function evaluate(page: Page, expression: string): Promise<unknown> {
  const session = await page.context().newCDPSession(page);
  try {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      ...{ expression, awaitPromise: true, returnByValue: true },
    });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails).slice(0, 1_000));
    return result.value as unknown;
  } finally {
    await session.detach();
  }
}

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds on the page as it is, by the rules of WCAG 2.2 A and AA. */
export async function violationsOf(page: Page): Promise<string[]> {
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await evaluate(page, await readFile(axe, 'utf8'));
  const violations = await evaluate(
    page,
    `axe.run(document, {runOnly: ${JSON.stringify(WCAG)}}).then(({violations}) =>
       violations.map(({id, help, nodes}) =>
         ({id, help, nodes: nodes.map(({html, failureSummary}) => ({html, failureSummary}))})))`,
  );
  return (violations as Violation[]).map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes
        .slice(0, 3)
        .map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary ?? ''}`)
        .join(' | ')}`,
  );
}
