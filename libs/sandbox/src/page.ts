/** The HTML page of a sandbox: what it received last, and its mood. */
import type { MoodSetting } from './mood.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

export interface PageTable {
  readonly columns: readonly string[];
  /** Cells as plain text, newest row first. */
  readonly rows: readonly (readonly string[])[];
  /** How many there are in all. */
  readonly total: number;
}

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { border-bottom: 1px solid #8884; padding: .3rem .6rem; text-align: left; }
  td { overflow-wrap: anywhere; }
  form { display: flex; gap: .5rem; margin: 1rem 0; align-items: center; }
  :root { color-scheme: light dark; }`;

const row = (tag: 'th' | 'td', cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;

const moodForm = (current: MoodSetting): string => `
<form method="post" action="/mood">
  Mood: <strong>${escapeHtml(current.mode)}</strong>
  <button name="mode" value="ok">ok</button>
  <button name="mode" value="slow">slow</button>
  <button name="mode" value="down">down</button>
</form>`;

export const renderPage = (title: string, mood: MoodSetting, table: PageTable): string =>
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
<h1>${escapeHtml(title)}</h1>${moodForm(mood)}
<p>${table.rows.length} of ${table.total}, newest first. All of it: <a href="/books">/books</a></p>
<table>${row('th', table.columns)}
${table.rows.map((cells) => row('td', cells)).join('\n')}</table>
</html>
`;
