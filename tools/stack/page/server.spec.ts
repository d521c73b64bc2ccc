import { request } from 'node:http';
import { Script } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readExposition } from './prometheus-text.js';
import { startPage, type RunningPage } from './server.js';
import { Watcher, type View, type WatchedApp } from './watcher.js';

const apps: WatchedApp[] = [
  {
    name: 'order',
    about: 'orders',
    url: 'http://order',
    docs: 'http://order/docs',
    isService: true,
  },
  { name: 'audit', about: 'facts', url: 'http://audit', isService: true },
  { name: 'sandbox-mail', about: 'mail', url: 'http://mail', isService: false },
];

let looks: number;
let page: RunningPage;
beforeEach(async () => {
  looks = 0;
  const watcher = new Watcher({
    apps,
    health: (url) => {
      if (url === 'http://order') looks += 1;
      return Promise.resolve({
        ok: url !== 'http://audit',
        detail: url === 'http://audit' ? 'ECONNREFUSED' : 'ok',
      });
    },
    scrape: (url) =>
      Promise.resolve(
        url === 'http://order' ? readExposition('messaging_consumer_lag 3').samples : undefined,
      ),
  });
  page = await startPage(watcher, 0);
});
afterEach(() => page.stop());

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<{
    status: number | undefined;
    headers: NodeJS.Dict<string | string[]>;
    text: string;
  }>((resolve, reject) => {
    const asked = request(page.url + path, { method, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += String(chunk)));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    asked.on('error', reject).end();
  });

describe('the start page', () => {
  it('is one document that loads nothing from elsewhere', async () => {
    const { status, headers, text } = await ask('/');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(text).toContain('<html lang="en">');
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(text).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write/);
    expect(text).toContain('color-scheme: light dark');
    const [, script = ''] = /<script>(.*)<\/script>/s.exec(text) ?? [];
    expect(() => new Script(script)).not.toThrow();
  });

  it('tells how everything is, and the figures with their past', async () => {
    const view = JSON.parse((await ask('/state.json')).text) as View;
    expect(view.apps).toEqual([
      { ...apps[0], ok: true, detail: 'ok' },
      { ...apps[1], ok: false, detail: 'ECONNREFUSED' },
      { ...apps[2], ok: true, detail: 'ok' },
    ]);
    expect(view.figures).toMatchObject({ lag: 3 });
    expect(view.history).toHaveLength(1);
  });

  it('looks around once for all who ask at the same time', async () => {
    await Promise.all([ask('/state.json'), ask('/state.json'), ask('/state.json')]);
    expect(looks).toBe(1);
    await ask('/state.json');
    expect(looks).toBe(1);
  });

  it('has nothing else, and is for this machine only', async () => {
    expect((await ask('/other')).status).toBe(404);
    expect((await ask('/', {}, 'POST')).status).toBe(405);
    expect(await ask('/', {}, 'HEAD')).toMatchObject({ status: 200, text: '' });
    expect((await ask('/state.json', { host: 'shop.example.com' })).status).toBe(421);
    expect((await ask('/', { host: 'localhost:3999' })).status).toBe(200);
  });
});
