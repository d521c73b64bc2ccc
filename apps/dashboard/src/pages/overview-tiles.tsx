/** The figures that are looked at first. */
import type { ReactNode } from 'react';
import { useLive } from '../api/live.js';
import type { Count, DeadLetterFigures, Figures } from '../api/types.js';
import { useLoad } from '../api/use-load.js';
import { useNow } from '../parts/use-now.js';
import { liveIn, needingPerson } from '../pure/flow.js';
import { formatDuration, formatNumber } from '../pure/format.js';
import { sparkline } from '../pure/rate.js';
import { hashOf } from '../pure/route.js';

interface Shown {
  readonly title: string;
  readonly value: string | undefined;
  readonly href?: string;
  readonly isBad?: boolean;
  readonly children?: ReactNode;
}

function Tile({ title, value, href, isBad = false, children }: Shown) {
  return (
    <div className={isBad ? 'tile bad' : 'tile'}>
      <dt>{href === undefined ? title : <a href={href}>{title}</a>}</dt>
      <dd className="number">{value ?? '—'}</dd>
      <dd className="more">{children}</dd>
    </div>
  );
}

export function Tiles({ figures }: { readonly figures: Figures | undefined }) {
  const of = (read: (from: Figures) => number): string | undefined =>
    figures && formatNumber(read(figures));
  return (
    <dl className="tiles">
      <Tile
        title="Need a person"
        value={of(needingPerson)}
        href={hashOf(['sagas'], { attention: 'true' })}
        isBad={figures !== undefined && needingPerson(figures) > 0}
      />
      <DeadLettersTile live={figures?.deadLetters?.open} />
      <Tile title="In flight" value={of((from) => liveIn(from))}>
        {figures && `oldest ${formatDuration(figures.oldestLiveS * 1_000)}`}
      </Tile>
      <Tile
        title="Being undone"
        value={of((from) => liveIn(from, 'compensating'))}
        href={hashOf(['sagas'], { state: 'compensating' })}
      />
      <StartedTile />
      <ChangesTile />
      <Tile
        title="Unread messages"
        value={figures?.lag === null ? undefined : of(({ lag }) => lag ?? 0)}
      >
        {figures?.lag === null ? 'the broker does not say' : 'in the inbox'}
      </Tile>
    </dl>
  );
}

/** @param live how many are open, where the figures say it */
function DeadLettersTile({ live }: { readonly live: number | undefined }) {
  const { data } = useLoad<DeadLetterFigures>('dead-letters/figures', 5_000);
  const open = live ?? data?.open;
  return (
    <Tile
      title="Dead letters"
      value={open === undefined ? undefined : formatNumber(open)}
      href={hashOf(['dead-letters'], { status: 'open' })}
      isBad={open !== undefined && open > 0}
    >
      {data?.items[0] && open !== 0 && `most: ${data.items[0].topic}, ${data.items[0].code}`}
    </Tile>
  );
}

const MINUTE_MS = 60_000;
const LOOK_BACK = 10;

/** Begins anew with each minute, so that the address stays the same in between. */
function StartedTile() {
  const minute = Math.floor(useNow() / MINUTE_MS) * MINUTE_MS;
  const since = new Date(minute - LOOK_BACK * MINUTE_MS).toISOString();
  const { data } = useLoad<Count>(`sagas/count?createdFrom=${encodeURIComponent(since)}`, 10_000);
  return (
    <Tile
      title={`Begun in ${LOOK_BACK} minutes`}
      value={data && `${data.exact ? '' : '> '}${formatNumber(data.count)}`}
      href={hashOf(['sagas'], { createdFrom: since })}
    />
  );
}

const [WIDTH, HEIGHT] = [120, 22];

function ChangesTile() {
  const { changes } = useLive();
  const series = changes.series(useNow());
  const last = series.slice(-10);
  const mean = last.reduce((sum, value) => sum + value, 0) / Math.max(1, last.length);
  return (
    <Tile title="Changes a second" value={formatNumber(Math.round(mean * 10) / 10)}>
      <svg width={WIDTH} height={HEIGHT} role="img" aria-label="Changes in the last minute">
        <polyline points={sparkline(series, WIDTH, HEIGHT - 2)} className="spark" />
      </svg>
    </Tile>
  );
}
