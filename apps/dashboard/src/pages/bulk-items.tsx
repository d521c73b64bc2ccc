/** What became of each saga of a bulk action. */
import type { BulkAction, BulkItem } from '../api/bulk-types.js';
import type { Page } from '../api/types.js';
import { useLoad } from '../api/use-load.js';
import {
  Badge,
  Empty,
  Failure,
  Moment,
  Nothing,
  Panel,
  State,
  Waiting,
  Wide,
} from '../parts/basics.js';
import { Pager } from '../parts/pager.js';
import { isMoving } from '../pure/bulk.js';
import { filterOf, pathOf } from '../pure/filter.js';
import { formatNumber } from '../pure/format.js';
import { hashOf } from '../pure/route.js';
import { wordOf } from '../pure/tone.js';

const NAMES = ['outcome'] as const;
const OUTCOMES = ['waiting', 'done', 'refused', 'moved'] as const;
const LIVE_MS = 2_000;
const STILL_MS = 10_000;

interface Shown {
  readonly at: string;
  readonly bulk: BulkAction;
  readonly query: URLSearchParams;
}

export function BulkItems({ at, bulk, query }: Shown) {
  const filter = filterOf(query, NAMES);
  const cursor = query.get('cursor') ?? undefined;
  const { data, problem, reload } = useLoad<Page<BulkItem>>(
    pathOf(`${at}/items`, filter, { limit: '50', ...(cursor && { cursor }) }),
    isMoving(bulk) ? LIVE_MS : STILL_MS,
  );
  const path = ['bulk', bulk.bulkActionId];
  return (
    <Panel title="Its sagas">
      <Outcomes path={path} bulk={bulk} chosen={filter.get('outcome')} />
      {problem && <Failure problem={problem} onRetry={reload} />}
      {!data && !problem && <Waiting rows={8} />}
      {data?.items.length === 0 && <Empty>None of its sagas is like that.</Empty>}
      {data && data.items.length > 0 && <ItemTable items={data.items} />}
      <Pager {...{ path, query, names: NAMES, words: ['First', 'Next'] }} next={data?.nextCursor} />
    </Panel>
  );
}

interface Choosing {
  readonly path: readonly string[];
  readonly bulk: BulkAction;
  readonly chosen: string | null;
}

const Outcomes = ({ path, bulk: { progress }, chosen }: Choosing) => (
  <nav className="often" aria-label="By outcome">
    <a className="button" href={hashOf(path)} aria-current={chosen === null ? 'page' : undefined}>
      All {formatNumber(progress.size)}
    </a>
    {OUTCOMES.map((outcome) => (
      <a
        key={outcome}
        className="button"
        href={hashOf(path, { outcome })}
        aria-current={chosen === outcome ? 'page' : undefined}
      >
        {wordOf(outcome)} {formatNumber(progress[outcome])}
      </a>
    ))}
  </nav>
);

const ItemTable = ({ items }: { readonly items: readonly BulkItem[] }) => (
  <Wide label="Sagas with what became of them">
    <table>
      <thead>
        <tr>
          <th scope="col" className="right">
            No.
          </th>
          <th scope="col">Order</th>
          <th scope="col">Outcome</th>
          <th scope="col">When</th>
          <th scope="col">Why</th>
          <th scope="col">Revision</th>
          <th scope="col">The saga now</th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <ItemRow key={item.ordinal} item={item} />
        ))}
      </tbody>
    </table>
  </Wide>
);

const ItemRow = ({ item }: { readonly item: BulkItem }) => (
  <tr>
    <td className="right number">{formatNumber(item.ordinal)}</td>
    <th scope="row">
      <a href={hashOf(['sagas', item.sagaId])}>{item.orderId}</a>
      <span className="below">{item.participant}</span>
    </th>
    <td>
      <State of={item.outcome} />
    </td>
    <td>
      <Moment at={item.at ?? null} />
    </td>
    <td>{item.why ?? <Nothing />}</td>
    <td className="number">
      {item.revision}
      {item.revisionAfter !== undefined && ` → ${item.revisionAfter}`}
    </td>
    <td>
      {item.now ? (
        <span className="marks">
          <State of={item.now.state} />
          {item.now.attention !== null && <Badge tone="bad">Needs a person</Badge>}
        </span>
      ) : (
        <span className="muted">gone</span>
      )}
    </td>
  </tr>
);
