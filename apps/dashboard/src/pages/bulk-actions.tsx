/** What was, is and may be done to many sagas at once. */
import type { BulkAction } from '../api/bulk-types.js';
import type { Page } from '../api/types.js';
import { useLoad } from '../api/use-load.js';
import { Empty, Failure, Panel, Since, State, Waiting, Wide } from '../parts/basics.js';
import { Pager } from '../parts/pager.js';
import { wordsOf } from '../pure/actions.js';
import { progressText } from '../pure/bulk.js';
import { filterOf, pathOf } from '../pure/filter.js';
import { formatNumber } from '../pure/format.js';
import { hashOf } from '../pure/route.js';
import { wordOf } from '../pure/tone.js';

const NAMES = ['state'] as const;
const STATES = ['awaiting-approval', 'running', 'stopped', 'paused', 'draft', 'finished'] as const;
const EVERY_MS = 2_000;

export function BulkActions({ query }: { readonly query: URLSearchParams }) {
  const filter = filterOf(query, NAMES);
  const cursor = query.get('cursor') ?? undefined;
  const { data, problem, reload } = useLoad<Page<BulkAction>>(
    pathOf('bulk-actions', filter, { limit: '50', ...(cursor && { cursor }) }),
    EVERY_MS,
  );
  const items = data?.items ?? [];
  return (
    <>
      <h1>Bulk actions</h1>
      <States chosen={filter.get('state')} />
      <Panel title="Done to many at once" aside={<span className="muted">newest first</span>}>
        {problem && <Failure problem={problem} onRetry={reload} />}
        {!data && !problem && <Waiting rows={8} />}
        {data && items.length === 0 && <None isFiltered={filter.size > 0} />}
        {items.length > 0 && <BulkTable items={items} />}
        <Pager path={['bulk']} query={query} next={data?.nextCursor} names={NAMES} />
      </Panel>
    </>
  );
}

const None = ({ isFiltered }: { readonly isFiltered: boolean }) => (
  <Empty>
    {isFiltered ? (
      'No bulk action is in this state.'
    ) : (
      <>
        There is none. <a href={hashOf(['sagas'])}>Search for sagas</a>, and do something to all
        that are found.
      </>
    )}
  </Empty>
);

const States = ({ chosen }: { readonly chosen: string | null }) => (
  <nav className="often" aria-label="By state">
    <a
      className="button"
      href={hashOf(['bulk'])}
      aria-current={chosen === null ? 'page' : undefined}
    >
      All
    </a>
    {STATES.map((state) => (
      <a
        key={state}
        className="button"
        href={hashOf(['bulk'], { state })}
        aria-current={chosen === state ? 'page' : undefined}
      >
        {wordOf(state)}
      </a>
    ))}
  </nav>
);

const BulkTable = ({ items }: { readonly items: readonly BulkAction[] }) => (
  <Wide label="Bulk actions, newest first">
    <table>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">State</th>
          <th scope="col" className="right">
            Sagas
          </th>
          <th scope="col">Progress</th>
          <th scope="col">By whom</th>
          <th scope="col">Made</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {items.map((bulk) => (
          <BulkRow key={bulk.bulkActionId} bulk={bulk} />
        ))}
      </tbody>
    </table>
  </Wide>
);

const BulkRow = ({ bulk }: { readonly bulk: BulkAction }) => (
  <tr>
    <th scope="row">
      <a href={hashOf(['bulk', bulk.bulkActionId])}>{wordsOf(bulk).label}</a>
    </th>
    <td>
      <State of={bulk.state} />
    </td>
    <td className="right number">{formatNumber(bulk.progress.size)}</td>
    <td>
      <Progress of={bulk} />
    </td>
    <td>
      {bulk.madeBy}
      {bulk.approvedBy !== undefined && (
        <span className="below">approved by {bulk.approvedBy}</span>
      )}
    </td>
    <td>
      <Since at={bulk.madeAt} />
    </td>
    <td>{bulk.reason}</td>
  </tr>
);

export const Progress = ({ of }: { readonly of: BulkAction }) => (
  <span className="progress">
    <progress
      aria-label={`How far: ${wordsOf(of).label}`}
      max={of.progress.size}
      value={of.progress.size - of.progress.waiting}
    />
    <span className="number">{progressText(of)}</span>
  </span>
);
