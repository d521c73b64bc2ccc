/** The small parts that every page is made of. */
import type { ReactNode } from 'react';
import type { Problem } from '../api/client.js';
import type { Money as Amount } from '../api/types.js';
import { formatMoment, formatMoney, formatSince } from '../pure/format.js';
import { toneOf, wordOf, type Tone } from '../pure/tone.js';
import { useNow } from './use-now.js';

export const Badge = ({
  tone,
  children,
}: {
  readonly tone: Tone;
  readonly children: ReactNode;
}) => <span className={`badge ${tone}`}>{children}</span>;

export const State = ({ of }: { readonly of: string }) => (
  <Badge tone={toneOf(of)}>{wordOf(of)}</Badge>
);

/** How long ago, with the moment itself to read and to point at. */
export function Since({ at }: { readonly at: string | null }) {
  const now = useNow();
  if (at === null) return <span className="muted">—</span>;
  return (
    <time dateTime={at} title={formatMoment(at, undefined, true)}>
      {formatSince(at, now)}
    </time>
  );
}

export function Moment({ at, ms = false }: { readonly at: string | null; readonly ms?: boolean }) {
  if (at === null) return <span className="muted">—</span>;
  return <time dateTime={at}>{formatMoment(at, undefined, ms)}</time>;
}

export const Money = ({ of }: { readonly of: Amount | undefined }) =>
  of ? <span className="number">{formatMoney(of.value, of.currency)}</span> : <Nothing />;

export const Nothing = () => <span className="muted">—</span>;

export function Panel({
  title,
  aside,
  children,
  id,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly id?: string;
}) {
  return (
    <section className="panel" aria-label={title} id={id}>
      <div className="panel-head">
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Where there is nothing: what that means, and what to do. */
export const Empty = ({ children }: { readonly children: ReactNode }) => (
  <p className="empty">{children}</p>
);

/** What went wrong, in the server's words. */
export function Failure({
  problem,
  onRetry,
}: {
  readonly problem: Problem;
  readonly onRetry?: () => void;
}) {
  return (
    <div className="failure" role="alert">
      <p>
        <strong>{problem.title}.</strong> {problem.detail}
      </p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Takes the room of what is to come, so that nothing jumps when it does. */
export const Waiting = ({ rows = 4 }: { readonly rows?: number }) => (
  <div className="waiting" role="status">
    <span className="hidden">Loading</span>
    {Array.from({ length: rows }, (_, index) => (
      <span key={index} className="bar" aria-hidden="true" />
    ))}
  </div>
);

/** Wide tables scroll by themselves, also by keyboard. */
export const Wide = ({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ReactNode;
}) => (
  // A region that scrolls must be reachable: axe wants it, and so do keyboards.
  <div className="wide" role="region" aria-label={label} tabIndex={0}>
    {children}
  </div>
);

export const Json = ({ of, label }: { readonly of: unknown; readonly label: string }) => (
  <div className="json" role="region" tabIndex={0} aria-label={label}>
    <pre>{JSON.stringify(of, undefined, 2)}</pre>
  </div>
);
