/**
 * What runs in the page. Plain text, because nothing builds it; what it shows it puts in as text, never
 * as HTML.
 */
export const SCRIPT = `
'use strict';
const FIGURES = [
  ['ordersPerSecond', 'Orders accepted', (v) => v.toFixed(1) + ' / s'],
  ['sagasEndedPerSecond', 'Sagas ended', (v) => v.toFixed(1) + ' / s'],
  ['sagasLive', 'Sagas in flight', whole],
  ['attention', 'Sagas that need a person', whole, (v) => v > 0],
  ['lag', 'Messages behind', whole, (v) => v > 1000],
  ['deadLetters', 'Dead letters', whole, (v) => v > 100],
  ['outboxOldestS', 'Oldest in an outbox', (v) => v.toFixed(1) + ' s', (v) => v > 30],
  ['errorRate', 'Answers that were faults', (v) => (v * 100).toFixed(1) + ' %', (v) => v > 0.01],
];
function whole(v) { return v.toLocaleString('en'); }

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function sparkline(values) {
  const SVG = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 100 20');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const most = Math.max(1e-9, ...values.map((v) => v ?? 0));
  const step = 100 / Math.max(1, values.length - 1);
  const points = values.flatMap((v, i) =>
    v === null || v === undefined ? [] : [(i * step).toFixed(2) + ',' + (19 - (v / most) * 18).toFixed(2)]);
  if (points.length > 1) {
    const line = document.createElementNS(SVG, 'polyline');
    line.setAttribute('points', points.join(' '));
    svg.append(line);
  }
  return svg;
}

function showFigures({ figures, history }) {
  document.getElementById('figures').replaceChildren(...FIGURES.map(([key, name, text, isBad]) => {
    const value = figures[key];
    const known = typeof value === 'number';
    const item = element('li', undefined, known && isBad && isBad(value) ? 'bad' : '');
    item.append(element('div', name, 'name'), element('div', known ? text(value) : '–', 'value'));
    item.append(sparkline(history.map((one) => one[key])));
    return item;
  }));
}

function link(href, text, of) {
  const made = element('a', text);
  made.href = href;
  made.setAttribute('aria-label', text + ' of ' + of);
  return made;
}

let shown = '';
function showApps(apps) {
  // Only what changes is put in anew: whoever stands on a link with the keyboard stays there.
  const text = JSON.stringify(apps);
  if (text === shown) return;
  shown = text;
  const focused = document.activeElement instanceof HTMLAnchorElement ? document.activeElement.href : '';
  const rows = apps.map(({ name, about, url, docs, isService, ok, detail }) => {
    const row = element('tr');
    const head = element('th', name);
    head.scope = 'row';
    const pages = element('td');
    const links = [[url + '/health', 'health'], ...(docs ? [[docs, 'API']] : []), ...(isService ? [[url + '/metrics', 'metrics']] : [])];
    for (const [href, label] of links) pages.append(link(href, label, name), ' ');
    row.append(head, element('td', (ok ? '✓ ' : '✗ ') + detail, ok ? 'good' : 'bad'), element('td', about), pages);
    return row;
  });
  document.getElementById('apps').replaceChildren(...rows);
  if (focused) [...document.links].find(({ href }) => href === focused)?.focus();
}

async function look() {
  const status = document.getElementById('status');
  try {
    const answer = await fetch('state.json');
    const view = await answer.json();
    showFigures(view);
    showApps(view.apps);
    const keys = document.getElementById('keys');
    keys.hidden = !view.keysFile;
    keys.querySelector('code').textContent = view.keysFile ?? '';
    const down = view.apps.filter(({ ok }) => !ok).length;
    const text = down === 0 ? 'Everything runs.' : down + ' of ' + view.apps.length + ' are not well.';
    if (status.textContent !== text) status.textContent = text;
  } catch {
    status.textContent = 'The stack does not answer: it has been stopped, or is starting.';
  }
  setTimeout(look, document.hidden ? 15000 : 3000);
}
look();
`;
