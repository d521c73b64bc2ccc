/** What all plots are made of: a page without a library, readable on light and dark ones. */
export const WIDTH = 760;
export const HEAD_HEIGHT = 34;
export const GAP = 16;

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .head { font-weight: 600; }
  .note { fill: #59636e; }
  .bar { fill: #8c959f; }
  .first { fill: #0969da; }
  .spread { stroke: #1f2328; stroke-width: 1.5; }
  .line { fill: none; stroke: #0969da; stroke-width: 1.5; stroke-linejoin: round; }
  .axis { fill: none; stroke: #8c959f; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .note { fill: #9198a1; }
    .bar { fill: #656c76; }
    .first { fill: #4493f8; }
    .spread { stroke: #e6edf3; }
    .line { stroke: #4493f8; }
    .axis { stroke: #656c76; }
  }`;

/** Something that is drawn from a height on, and how much of it it takes. */
export interface Panel {
  readonly height: number;
  draw(top: number): string[];
}

/** Panels one below the other; `note` stands below. The background is that of the page. */
export function page(title: string, panels: readonly Panel[], note: string): string {
  const drawn: string[] = [];
  let top = 0;
  for (const panel of panels) {
    drawn.push(...panel.draw(top));
    top += panel.height + GAP;
  }
  const height = top + 24;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    ...drawn,
    text(0, height - 8, note, 'note'),
    '</svg>\n',
  ].join('\n');
}

export function text(x: number, y: number, content: string, kind = '', anchor = 'start'): string {
  const attributes = [
    ...(kind === '' ? [] : [` class="${kind}"`]),
    ...(anchor === 'start' ? [] : [` text-anchor="${anchor}"`]),
  ];
  return `<text x="${round(x)}" y="${round(y)}"${attributes.join('')}>${escape(content)}</text>`;
}

export const round = (value: number): number => Math.round(value * 10) / 10;

export const escape = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
