import { useEffect, useMemo, useState } from 'react';
import { useLive } from '../api/live.js';
import { useSession } from '../api/session.js';
import type { Definition, DefinitionSummary, Figures, Page, SagaItem } from '../api/types.js';
import { useLoad } from '../api/use-load.js';
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
  const latest = figures ?? first.data;
  return (
    <>
      <h1>Overview</h1>
      {first.problem && !latest && <Failure problem={first.problem} onRetry={first.reload} />}
      <Tiles figures={latest} />
      <NeedsPerson />
      {latest ? <Flowing figures={latest} /> : <Waiting rows={8} />}
    </>
  );
}

function Flowing({ figures }: { readonly figures: Figures }) {
  const order = useStepOrder();
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

/** The steps of the newest version of each definition, in their order. */
function useStepOrder(): ReadonlyMap<string, readonly string[]> {
  const list = useLoad<{ items: readonly DefinitionSummary[] }>('definitions');
  const newest = (list.data?.items ?? []).flatMap(({ name, versions }) => {
    const version = versions.find(({ known }) => known)?.version;
    return version === undefined ? [] : [`${encodeURIComponent(name)}/${version}`];
  });
  const found = useDefinitions(newest);
  return useMemo(
    () => new Map(found.map(({ name, steps }) => [name, steps.map(({ step }) => step)])),
    [found],
  );
}

const NONE: readonly Definition[] = [];

/** There are a handful; each is read once. */
function useDefinitions(paths: readonly string[]): readonly Definition[] {
  const { request } = useSession();
  const [found, setFound] = useState(NONE);
  const wanted = paths.join(' ');
  useEffect(() => {
    if (wanted === '') return;
    void Promise.all(
      wanted.split(' ').map((path) => request<Definition>(`definitions/${path}`)),
    ).then(setFound, () => undefined);
  }, [wanted, request]);
  return found;
}

function NeedsPerson() {
  const { data, problem, reload } = useLoad<Page<SagaItem>>('sagas?attention=true&limit=5', 5_000);
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
