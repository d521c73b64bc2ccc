import type { Page, Timer } from '../api/types.js';
import { useLoad } from '../api/use-load.js';
import { Empty, Failure, Moment, Panel, Since, Waiting, Wide } from '../parts/basics.js';
import { Pager } from '../parts/pager.js';
import { pathOf } from '../pure/filter.js';
import { hashOf } from '../pure/route.js';
import { wordOf } from '../pure/tone.js';

export function Timers({ query }: { readonly query: URLSearchParams }) {
  const cursor = query.get('cursor') ?? undefined;
  const path = pathOf('timers', new URLSearchParams(), { limit: '50', ...(cursor && { cursor }) });
  const { data, problem, reload } = useLoad<Page<Timer>>(path, 5_000);
  return (
    <>
      <h1>Timers</h1>
      <Panel title="Due next" aside={<span className="muted">overdue ones first</span>}>
        {problem && <Failure problem={problem} onRetry={reload} />}
        {!data && !problem && <Waiting rows={8} />}
        {data?.items.length === 0 && <Empty>No saga waits for a time.</Empty>}
        {data && data.items.length > 0 && <TimerTable items={data.items} />}
        <Pager path={['timers']} query={query} next={data?.nextCursor} names={[]} />
      </Panel>
    </>
  );
}

const TimerTable = ({ items }: { readonly items: readonly Timer[] }) => (
  <Wide label="Timers">
    <table>
      <thead>
        <tr>
          <th scope="col">Order</th>
          <th scope="col">Due</th>
          <th scope="col">At</th>
          <th scope="col">Waits for</th>
        </tr>
      </thead>
      <tbody>
        {items.map(({ sagaId, orderId, definition, wakeAt, at }) => (
          <tr key={sagaId}>
            <th scope="row">
              <a href={hashOf(['sagas', sagaId])}>{orderId}</a>
              <span className="below">{definition}</span>
            </th>
            <td>
              <Since at={wakeAt} />
            </td>
            <td>
              <Moment at={wakeAt} />
            </td>
            <td>{at.map(({ step, state }) => `${step}: ${wordOf(state)}`).join(', ')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Wide>
);
