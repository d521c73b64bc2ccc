/** The HTML page of a sandbox: what it received last, what it told, and its mood. */
import { WEBHOOK_WISHES, type Mood } from './mood.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

/** Buttons of a row: what is on them, and the path that they post to. */
export interface RowButtons {
  readonly buttons: readonly { readonly label: string; readonly path: string }[];
}
export type Cell = string | RowButtons;

export interface PageTable {
  readonly columns: readonly string[];
  /** Cells as plain text or buttons, newest row first. */
  readonly rows: readonly (readonly Cell[])[];
  /** How many there are in all. */
  readonly total: number;
}

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { border-bottom: 1px solid #8884; padding: .3rem .6rem; text-align: left; }
  td { overflow-wrap: anywhere; }
  form { display: flex; gap: .5rem; margin: 1rem 0; align-items: center; }
  td form { display: inline; margin: 0; }
  :root { color-scheme: light dark; }`;

const buttonOf = ({ label, path }: RowButtons['buttons'][number]): string =>
  `<form method="post" action="${escapeHtml(path)}"><button>${escapeHtml(label)}</button></form>`;

const cellOf = (cell: Cell): string =>
  typeof cell === 'string' ? escapeHtml(cell) : cell.buttons.map(buttonOf).join(' ');

const row = (tag: 'th' | 'td', cells: readonly Cell[]): string =>
  `<tr>${cells.map((cell) => `<${tag}>${cellOf(cell)}</${tag}>`).join('')}</tr>`;

const tableHtml = ({ columns, rows, total }: PageTable, books: string): string => `
<p>${rows.length} of ${total}, newest first. All of it: <a href="${books}">${books}</a></p>
<table>${row('th', columns)}
${rows.map((cells) => row('td', cells)).join('\n')}</table>`;

/** The mood is set as a whole, so what a button does not change is sent along. */
const moodForm = (name: string, chosen: string, choices: readonly string[], rest: object): string =>
  `
<form method="post" action="/mood">
  ${name === 'mode' ? 'Mood' : 'Webhooks'}: <strong>${escapeHtml(chosen)}</strong>
  ${Object.entries(rest)
    .map(([field, value]) => `<input type="hidden" name="${field}" value="${value}">`)
    .join('')}
  ${choices.map((choice) => `<button name="${name}" value="${choice}">${choice}</button>`).join('')}
</form>`;

/** @param told what was sent to others, where the sandbox sends anything */
export const renderPage = (
  title: string,
  { modes: choices, setting }: Pick<Mood, 'modes' | 'setting'>,
  table: PageTable,
  told?: PageTable,
): string => {
  const { mode, webhooks = 'ok', delayMs } = setting;
  const delay = delayMs === undefined ? {} : { delayMs };
  const modes = moodForm('mode', mode, choices, { webhooks, ...delay });
  const wishes = moodForm('webhooks', webhooks, WEBHOOK_WISHES, { mode, ...delay });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
<h1>${escapeHtml(title)}</h1>${modes}
${told ? wishes : ''}${tableHtml(table, '/books')}
${told ? `<h2>Webhooks</h2>${tableHtml(told, '/books/webhooks')}` : ''}
</html>
`;
};
