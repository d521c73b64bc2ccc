import { useMemo } from 'react';
import type { HistoryEntry } from '../api/types.js';
import type { Loaded } from '../api/use-load.js';
import { Badge, Empty, Failure, Moment, Panel, State, Waiting } from '../parts/basics.js';
import { formatDuration } from '../pure/format.js';
import { timelineOf, type Moment as Entry } from '../pure/timeline.js';

/** Shorter pauses are not worth a line. */
const WORTH_SAYING_MS = 1_000;

export function Timeline({
  history: { data, problem, reload },
}: {
  readonly history: Loaded<{ items: readonly HistoryEntry[] }>;
}) {
  const moments = useMemo(() => timelineOf(data?.items ?? []).toReversed(), [data]);
  return (
    <Panel title="What happened" aside={<span className="muted">newest first</span>}>
      {problem && <Failure problem={problem} onRetry={reload} />}
      {!data && !problem && <Waiting rows={10} />}
      {data?.items.length === 0 && (
        <Empty>Its history is no longer kept; what it is now is told below.</Empty>
      )}
      <ol className="timeline">
        {moments.map((moment) => (
          <Happened key={moment.revision} of={moment} />
        ))}
      </ol>
    </Panel>
  );
}

const Happened = ({ of }: { readonly of: Entry }) => (
  <li className={of.tone}>
    <div className="line">
      <strong>{of.title}</strong>
      {of.actor !== undefined && <Badge tone="warn">{of.actor}</Badge>}
      <span className="muted right-end">
        <Moment at={of.at} ms /> · r{of.revision}
      </span>
    </div>
    {of.lines.map((line) => (
      <p key={line}>{line}</p>
    ))}
    {(of.changes.length > 0 || of.sent.length > 0) && (
      <p className="marks">
        {of.changes.map(({ step, to }) => (
          <span key={`${step} ${to}`} className="change">
            {step} <State of={to} />
          </span>
        ))}
        {of.sent.map(({ step, what }) => (
          <span key={`${step} ${what}`} className="muted small">
            {what} of {step} sent
          </span>
        ))}
      </p>
    )}
    {of.waitedMs >= WORTH_SAYING_MS && (
      <p className="muted small waited">after {formatDuration(of.waitedMs)}</p>
    )}
  </li>
);
