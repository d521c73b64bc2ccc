/** One bulk action: what it would do, who decides, how far it is, what became of each saga. */
import { useState, type ReactNode } from 'react';
import type { BulkAction } from '../api/bulk-types.js';
import { useLoad } from '../api/use-load.js';
import { Failure, Moment, Panel, State, Waiting } from '../parts/basics.js';
import { wordsOf } from '../pure/actions.js';
import { filterText, isMoving, queryOf } from '../pure/bulk.js';
import { formatNumber } from '../pure/format.js';
import { hashOf } from '../pure/route.js';
import { Progress } from './bulk-actions.js';
import { BulkDecide } from './bulk-decide.js';
import { BulkItems } from './bulk-items.js';
import { BulkPreview } from './bulk-preview.js';

/** Each second while something happens, so that it is watched as it goes. */
const LIVE_MS = 1_000;
const STILL_MS = 5_000;

interface Shown {
  readonly id: string;
  readonly query: URLSearchParams;
}

export function BulkPage({ id, query }: Shown) {
  const at = `bulk-actions/${encodeURIComponent(id)}`;
  const [everyMs, setEveryMs] = useState(LIVE_MS);
  const { data, problem, reload } = useLoad<BulkAction>(at, everyMs);
  const wantedMs = data && !isMoving(data) ? STILL_MS : LIVE_MS;
  if (wantedMs !== everyMs) setEveryMs(wantedMs);
  return (
    <>
      <p className="muted">
        <a href={hashOf(['bulk'])}>Bulk actions</a>
      </p>
      <h1>
        {data ? wordsOf(data).label : 'Bulk action'} {data && <State of={data.state} />}
      </h1>
      {problem && <Failure problem={problem} onRetry={reload} />}
      {!data && !problem && <Waiting rows={12} />}
      {data && (
        <>
          <Facts of={data} />
          <Standing of={data} />
          <BulkDecide at={at} bulk={data} reload={reload} />
          <HowFar of={data} />
          <BulkPreview of={data} />
          <BulkItems at={at} bulk={data} query={query} />
        </>
      )}
    </>
  );
}

const Facts = ({ of }: { readonly of: BulkAction }) => (
  <dl className="facts">
    <Fact name="Made by">
      {of.madeBy}, <Moment at={of.madeAt} />
    </Fact>
    <Fact name="Why">{of.reason}</Fact>
    <Fact name="Made from">
      <a href={hashOf(['sagas'], queryOf(of.filter))}>{filterText(of.filter)}</a>
    </Fact>
    <Fact name="Pace">{formatNumber(of.perSecond)} a second to each participant</Fact>
    <Fact name="Stops by itself">above {of.maxErrorPercent} % errors</Fact>
    <Fact name="Approval">
      <Approval of={of} />
    </Fact>
  </dl>
);

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

function Approval({ of: { needsApproval, approvedBy, approvedAt } }: { readonly of: BulkAction }) {
  if (approvedBy === undefined) return needsApproval ? 'needed' : 'not needed';
  return (
    <>
      by {approvedBy}, <Moment at={approvedAt ?? null} />
    </>
  );
}

const HALTED: Readonly<Partial<Record<BulkAction['state'], string>>> = {
  paused: 'Paused',
  stopped: 'It has stopped by itself',
  cancelled: 'Cancelled',
};

function Standing({ of: { state, why, madeBy } }: { readonly of: BulkAction }) {
  if (state === 'awaiting-approval') {
    return (
      <p className="notice warn">
        <strong>A second person must approve it:</strong> somebody with an approver’s key, and not{' '}
        {madeBy}, who has made it.
      </p>
    );
  }
  const halted = HALTED[state];
  if (halted === undefined) return null;
  return (
    <p className={`notice ${state === 'stopped' ? 'bad' : 'warn'}`}>
      <strong>{halted}:</strong> {why}
    </p>
  );
}

function HowFar({ of }: { readonly of: BulkAction }) {
  const { progress, sagasNow } = of;
  const now: readonly [string, number][] = sagasNow
    ? [
        ['Have ended', sagasNow.ended],
        ['Are under way', sagasNow.underWay],
        ['Need a person', sagasNow.needPerson],
      ]
    : [];
  return (
    <Panel title="How far it is" aside={<Progress of={of} />}>
      <div className="columns">
        <Tally
          title="Of its sagas"
          of={[
            ['Not yet', progress.waiting],
            ['Done', progress.done],
            ['Refused', progress.refused],
            ['Had moved', progress.moved],
          ]}
        />
        {sagasNow && <Tally title="Those that it was done to, now" of={now} />}
      </div>
    </Panel>
  );
}

const Tally = ({
  title,
  of,
}: {
  readonly title: string;
  readonly of: readonly (readonly [name: string, count: number])[];
}) => (
  <section aria-label={title}>
    <h3>{title}</h3>
    <dl className="facts tally">
      {of.map(([name, count]) => (
        <Fact key={name} name={name}>
          <span className="number">{formatNumber(count)}</span>
        </Fact>
      ))}
    </dl>
  </section>
);
