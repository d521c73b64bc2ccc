import { useMemo } from 'react';
import type { Count, Page, SagaItem } from '../api/types.js';
import { useLoad } from '../api/use-load.js';
import { Empty, Failure, Panel, Waiting } from '../parts/basics.js';
import { Pager } from '../parts/pager.js';
import { SagaTable } from '../parts/saga-table.js';
import { useNow } from '../parts/use-now.js';
import { filterOf, pathOf } from '../pure/filter.js';
import { formatNumber } from '../pure/format.js';
import { hashOf } from '../pure/route.js';
import { BulkMake } from './bulk-make.js';
import { SearchForm } from './search-form.js';

const EVERY_MS = 5_000;
const HOUR_MS = 3_600_000;

export function Search({ query }: { readonly query: URLSearchParams }) {
  const filter = useMemo(() => filterOf(query), [query]);
  const cursor = query.get('cursor') ?? undefined;
  const found = useLoad<Page<SagaItem>>(
    pathOf('sagas', filter, { limit: '50', ...(cursor !== undefined && { cursor }) }),
    EVERY_MS,
  );
  const count = useLoad<Count>(pathOf('sagas/count', filter), EVERY_MS);
  return (
    <>
      <h1>Sagas</h1>
      <Often />
      <SearchForm query={query} />
      <BulkMake filter={filter} steps={stepsIn(found.data?.items ?? [])} />
      <Panel title="Found" aside={<Counted count={count.data} />}>
        {found.problem && <Failure problem={found.problem} onRetry={found.reload} />}
        {!found.data && !found.problem && <Waiting rows={10} />}
        {found.data && <Results page={found.data} isFiltered={filter.size > 0} />}
        <Pager path={['sagas']} query={query} next={found.data?.nextCursor} />
      </Panel>
    </>
  );
}

function Results({ page, isFiltered }: { page: Page<SagaItem>; isFiltered: boolean }) {
  if (page.items.length > 0) return <SagaTable items={page.items} label="Sagas, newest first" />;
  if (page.nextCursor !== undefined) {
    return <Empty>Nothing among the newest; the search goes on with the older ones.</Empty>;
  }
  return isFiltered ? (
    <Empty>No saga is like that. Leave out a condition, or look at a longer time.</Empty>
  ) : (
    <Empty>There is no saga yet. The first begins with the first order.</Empty>
  );
}

const stepsIn = (items: readonly SagaItem[]): string[] =>
  [...new Set(items.flatMap(({ at }) => at.map(({ step }) => step)))].toSorted();

const Counted = ({ count }: { readonly count: Count | undefined }) => (
  <span className="muted" role="status">
    {count && `${count.exact ? '' : 'more than '}${formatNumber(count.count)} in all`}
  </span>
);

/** What operators look for most. */
function Often() {
  const hour = Math.floor(useNow() / HOUR_MS) * HOUR_MS;
  const often: readonly [string, Record<string, string>][] = [
    ['Needs a person', { attention: 'true' }],
    ['Being undone', { state: 'compensating' }],
    ['In doubt', { stepState: 'in-doubt' }],
    ['Refused', { stepState: 'refused' }],
    ['Asked again', { stepState: 'resent' }],
    ['Held', { held: 'true' }],
    ['Still for an hour', { idleSince: new Date(hour - HOUR_MS).toISOString() }],
  ];
  return (
    <nav className="often" aria-label="Often looked for">
      {often.map(([title, query]) => (
        <a key={title} className="button" href={hashOf(['sagas'], query)}>
          {title}
        </a>
      ))}
    </nav>
  );
}
