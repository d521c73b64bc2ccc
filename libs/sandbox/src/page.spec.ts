import { describe, expect, it } from '@jest/globals';
import { Mood } from './mood.js';
import { renderPage } from './page.js';
import { pageOf, shownAs } from './paging.js';

describe('the page of a sandbox', () => {
  it('shows whatever it received as text, never as markup', () => {
    const evil = `<script>alert("1" & '2')</script>`;
    const html = renderPage(evil, new Mood(), { columns: [evil], rows: [[evil]], total: 1 });
    expect(html).not.toContain('<script>');
    const escaped = '&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;';
    expect(html.split(escaped)).toHaveLength(5);
  });
});

describe('paging', () => {
  it('walks through everything once', () => {
    const all = shownAs([1, 2, 3, 4, 5], (n) => n * 10);
    const first = pageOf(all, { cursor: 0, limit: 2 });
    expect(first).toEqual({ items: [10, 20], nextCursor: '2' });
    expect(pageOf(all, { cursor: 2, limit: 2 })).toEqual({ items: [30, 40], nextCursor: '4' });
    expect(pageOf(all, { cursor: 4, limit: 2 })).toEqual({ items: [50] });
  });

  it('sees what is added to a list later', () => {
    const items = [1];
    const all = shownAs(items, (n) => n * 10);
    items.push(2, 3);
    expect(all.length).toBe(3);
    expect(pageOf(all, { cursor: 0, limit: 2 })).toEqual({ items: [10, 20], nextCursor: '2' });
  });
});
