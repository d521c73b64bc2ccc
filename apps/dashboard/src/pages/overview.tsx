import { useEffect, useMemo, useState } from 'react';
import { useLive } from '../api/live.js';
import { useSession, type Session } from '../api/session.js';
import type { Definition, DefinitionSummary, Figures, Page, SagaItem } from '../api/types.js';
import { useLoad, type Loaded } from '../api/use-load.js';
import { Empty, Failure, Panel, Waiting } from '../parts/basics.js';
import { SagaTable } from '../parts/saga-table.js';
import { flowsOf } from '../pure/flow.js';
import { hashOf } from '../pure/route.js';
import { Flows } from './overview-flow.js';
import { Risk, StepTimes } from './overview-tables.js';
import { Tiles } from './overview-tiles.js';

export function Overview() {
  const { figures } = useLive();
  // the stream brings the next ones; the first are asked for, for those who do not want to wait
  const first = useLoad<Figures>('figures');
  const needed = useLoad<Page<SagaItem>>('sagas?attention=true&limit=5', 5_000);
  const order = useStepOrder();
  const latest = figures ?? first.data;
  // what is above decides where it lies: nothing is shown there that would have to move
  const isAboveKnown = needed.data !== undefined || needed.problem !== undefined;
  return (
    <>
      <h1>Overview</h1>
      {first.problem && !latest && <Failure problem={first.problem} onRetry={first.reload} />}
      <Tiles figures={latest} />
      <NeedsPerson needed={needed} />
      {latest && order && isAboveKnown ? (
        <Flowing figures={latest} order={order} />
      ) : (
        <Waiting rows={8} />
      )}
    </>
  );
}

type StepOrder = ReadonlyMap<string, readonly string[]>;

function Flowing({ figures, order }: { readonly figures: Figures; readonly order: StepOrder }) {
  const flows = useMemo(() => flowsOf(figures, order), [figures, order]);
  return (
    <>
      <Flows flows={flows} isComplete={figures.surveyComplete} isKnown={figures.at !== null} />
      <div className="columns">
        <Risk figures={figures} />
        <StepTimes figures={figures} />
      </div>
    </>
  );
}

/** The steps of the newest version of each definition, in their order; undefined until they are known. */
function useStepOrder(): StepOrder | undefined {
  const { request } = useSession();
  const [order, setOrder] = useState<StepOrder>();
  useEffect(() => {
    // without them steps stand in the order in which they are told of
    void readOrder(request).then(setOrder, () => setOrder(new Map()));
  }, [request]);
  return order;
}

/** There are a handful of definitions; each is read once. */
async function readOrder(request: Session['request']): Promise<StepOrder> {
  const { items } = await request<{ items: readonly DefinitionSummary[] }>('definitions');
  const newest = items.flatMap(({ name, versions }) => {
    const version = versions.find(({ known }) => known)?.version;
    return version === undefined ? [] : [`definitions/${encodeURIComponent(name)}/${version}`];
  });
  const found = await Promise.all(newest.map((path) => request<Definition>(path)));
  return new Map(found.map(({ name, steps }) => [name, steps.map(({ step }) => step)]));
}

function NeedsPerson({
  needed: { data, problem, reload },
}: {
  readonly needed: Loaded<Page<SagaItem>>;
}) {
  return (
    <Panel
      title="Needs a person"
      aside={<a href={hashOf(['sagas'], { attention: 'true' })}>All of them</a>}
    >
      {problem && <Failure problem={problem} onRetry={reload} />}
      {!data && !problem && <Waiting rows={3} />}
      {data?.items.length === 0 && <Empty>No saga waits for a person.</Empty>}
      {data && data.items.length > 0 && (
        <SagaTable items={data.items} label="Sagas that need a person, newest first" />
      )}
    </Panel>
  );
}
