import type { Pages } from './pages.js';

export interface Stale {
  readonly name: string;
  /** For after the name. */
  readonly problem: string;
}

/** Pages that are missing, out of date, or of nothing that there is. */
export const staleIn = (wanted: Pages, found: Pages): readonly Stale[] =>
  [...new Set([...Object.keys(wanted), ...Object.keys(found)])].flatMap((name) => {
    if (wanted[name] === found[name]) return [];
    if (wanted[name] === undefined) return [{ name, problem: 'is of no saga' }];
    return [{ name, problem: found[name] === undefined ? 'is missing' : 'is out of date' }];
  });
