import type { ReactNode } from 'react';
import { useSession } from '../api/session.js';
import type { WholeDeadLetter } from '../api/types.js';
import { useLoad } from '../api/use-load.js';
import { Failure, Json, Moment, Panel, State, Waiting } from '../parts/basics.js';
import { hashOf } from '../pure/route.js';
import { Decide } from './dead-letter-decide.js';

export function DeadLetterPage({ id }: { readonly id: string }) {
  const { may } = useSession();
  const { data, problem, reload } = useLoad<WholeDeadLetter>(
    `dead-letters/${encodeURIComponent(id)}`,
  );
  return (
    <>
      <p className="muted">
        <a href={hashOf(['dead-letters'])}>Dead letters</a> / {data?.topic}
      </p>
      <h1>
        {data?.type ?? 'Dead letter'} {data && <State of={data.status} />}
      </h1>
      {problem && <Failure problem={problem} onRetry={reload} />}
      {!data && !problem && <Waiting rows={10} />}
      {data && (
        <>
          <Reason of={data} />
          {data.status === 'open' && (
            <Panel title="Decide">
              <Decide ids={[data.id]} may={may('operator')} onDone={reload} />
            </Panel>
          )}
          <About of={data} />
          <Panel title="Payload">
            <Payload of={data.value} />
          </Panel>
          <Panel title="Headers">
            <Json of={data.headers} label="Its headers" />
          </Panel>
        </>
      )}
    </>
  );
}

const Reason = ({ of }: { readonly of: WholeDeadLetter }) => (
  <>
    <p className="notice bad">
      <strong>It died of {of.code}:</strong> {of.message}
    </p>
    {of.notRedrivable !== undefined && (
      <p className="notice warn">
        <strong>It cannot be redriven:</strong> {of.notRedrivable}
      </p>
    )}
    {of.closed && (
      <p className="notice undo">
        <strong>
          {of.status} by {of.closed.by}, <Moment at={of.closed.at} />:
        </strong>{' '}
        {of.closed.reason}
      </p>
    )}
  </>
);

function About({ of }: { readonly of: WholeDeadLetter }) {
  const rows: readonly [string, ReactNode][] = [
    ['Died', <Moment key="died" at={of.diedAt} />],
    ['Topic', `${of.topic} [${of.partition}] ${of.offset}`],
    ['Key', of.key ?? 'none'],
    ['From', of.source ?? 'unknown'],
    ['Attempt', String(of.attempt)],
  ];
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      {of.sagaId !== undefined && (
        <div>
          <dt>Saga</dt>
          <dd>
            <a href={hashOf(['sagas', of.sagaId])}>{of.sagaId}</a>
          </dd>
        </div>
      )}
      {of.redriveOf !== undefined && (
        <div>
          <dt>It came from</dt>
          <dd>
            <a href={hashOf(['dead-letters', of.redriveOf])}>an earlier one</a>
          </dd>
        </div>
      )}
      {of.diedAgainAs.map((again) => (
        <div key={again}>
          <dt>It died again as</dt>
          <dd>
            <a href={hashOf(['dead-letters', again])}>{again}</a>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Payload({ of }: { readonly of: WholeDeadLetter['value'] }) {
  if (of === null) return <p className="muted">It had none.</p>;
  if ('base64' in of) {
    return <Json of={of} label="Its payload, which is no text" />;
  }
  return <Json of={parsed(of.text)} label="Its payload" />;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
