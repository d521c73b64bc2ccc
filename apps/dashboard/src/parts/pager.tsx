import { filterOf, recordOf } from '../pure/filter.js';
import { hashOf } from '../pure/route.js';

/** Forward by key, back by the browser's own button, or to the beginning. */
export function Pager({
  path,
  query,
  next,
  names,
  words: [first, more] = ['Newest', 'Older'],
}: {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly next: string | undefined;
  readonly names?: readonly string[];
  readonly words?: readonly [first: string, more: string];
}) {
  const filter = recordOf(filterOf(query, names));
  const isFirst = !query.has('cursor');
  if (isFirst && next === undefined) return null;
  return (
    <nav className="row end" aria-label="Pages">
      {!isFirst && <a href={hashOf(path, filter)}>{first}</a>}
      {next !== undefined && (
        <a className="button" href={hashOf(path, { ...filter, cursor: next })}>
          {more}
        </a>
      )}
    </nav>
  );
}
