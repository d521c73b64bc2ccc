/** The table of a run, for a terminal and for docs/RELIABILITY.md. */
import type { DetectorKind, PlantedBug } from './bug.js';

export interface Finding {
  readonly bug: PlantedBug;
  /** Undefined: nobody noticed. */
  readonly caught?: {
    readonly kind: DetectorKind;
    /** The test that failed. */
    readonly by: string;
    readonly seconds: number;
  };
}

export const rowOf = ({ bug, caught }: Finding): string[] =>
  caught
    ? ['✓', bug.id, caught.kind, `${caught.seconds.toFixed(1)} s`, caught.by]
    : ['✗', bug.id, 'nobody', '', bug.breaks];

export const summaryOf = (findings: readonly Finding[]): string => {
  const caught = findings.filter((finding) => finding.caught);
  return `${caught.length} of ${findings.length} planted bugs were noticed`;
};

const cell = (text: string): string => text.replaceAll('|', '\\|');

export const markdownOf = (findings: readonly Finding[]): string =>
  [
    '| bug | what it breaks | caught by | after | the test |',
    '| --- | --- | --- | ---: | --- |',
    ...findings.map(({ bug: { id, breaks }, caught }) => {
      const by = caught
        ? [caught.kind, `${Math.ceil(caught.seconds)} s`, cell(caught.by)]
        : ['**nobody**', '', ''];
      return `| ${[`\`${id}\``, cell(breaks), ...by].join(' | ')} |`;
    }),
  ].join('\n');

const BEGIN = '<!-- planted bugs: begin -->';
const END = '<!-- planted bugs: end -->';

/** The page with the table in the place of the one before. @throws Error without that place */
export const withTable = (page: string, table: string): string => {
  const [from, to] = placeIn(page);
  return `${page.slice(0, from)}\n\n${table}\n\n${page.slice(to)}`;
};

/** The bugs of the page's table, by their ids. @throws Error without a place for one */
export const bugsIn = (page: string): string[] =>
  [...page.slice(...placeIn(page)).matchAll(/^\| `([^`]+)` \|/gm)].map(([, id = '']) => id);

function placeIn(page: string): [from: number, to: number] {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`there is no place for the table: ${BEGIN} … ${END}`);
  return [from + BEGIN.length, to];
}
