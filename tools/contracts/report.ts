/** What the commands print. */
import type { Change } from './diff.js';
import type { Finding } from './check.js';
import type { Verdict } from './state.js';
import { ACCEPTED } from './files.js';

const against = ({ against: files }: Finding): string =>
  files.length === 0 ? '' : `  (as released in ${files.join(', ')})`;

export function checkReport(verdict: Verdict, messages: number): readonly string[] {
  const { breaking, accepted, unreleased, ok } = verdict;
  return [
    ...accepted.map(({ text, accepted: reason }) => `· ${text}\n    accepted: ${reason}`),
    ...breaking.map((finding) => `✗ ${finding.text}${against(finding)}`),
    ...unreleased.map((text) => `✗ ${text}`),
    ...(breaking.some(({ direction }) => direction !== undefined) ? [ADVICE] : []),
    ...(ok
      ? [`✓ ${messages} messages and their topics are compatible with all that was released`]
      : []),
  ];
}

const ADVICE = `
What to do: docs/CONTRACTS.md. In short: add optional fields instead of changing those that are there; or give
what is new a name, or a version, of its own. What is known to hurt nobody is listed, word for word and with the
reason, in ${ACCEPTED}.`;

const MARKS = { added: '+', removed: '-', changed: '~' } as const;

export function diffReport(changes: readonly Change[]): readonly string[] {
  if (changes.length === 0) return ['nothing has changed since the released contracts'];
  const lines: string[] = [];
  let last = '';
  for (const change of changes) {
    if (change.of !== last && change.path !== undefined) lines.push(change.of);
    last = change.of;
    lines.push(changeLine(change));
  }
  return lines;
}

function changeLine({ of, what, path, before, now, breaks }: Change): string {
  const verdict = breaks.length === 0 ? 'compatible' : `breaks ${breaks.join(' and ')}`;
  if (path === undefined) return `${MARKS[what]} ${of}: ${what}: ${verdict}`;
  const text = what === 'changed' ? `${before} → ${now}` : (now ?? before);
  return `  ${MARKS[what]} ${path}: ${text}: ${verdict}`;
}
