import { useCallback, useEffect, useRef } from 'react';
import { useLive } from '../api/live.js';
import { useSession } from '../api/session.js';
import type { Actions, Definition, Graph as Run, HistoryEntry, SagaDetail } from '../api/types.js';
import { useLoad } from '../api/use-load.js';
import { Failure, Panel, Waiting } from '../parts/basics.js';
import { Graph } from '../parts/graph.js';
import { SagaActions } from './saga-actions.js';
import { Ahead, Effects, Input, Steps } from './saga-parts.js';
import { SagaHead } from './saga-head.js';
import { Revisions } from './saga-revisions.js';
import { Timeline } from './saga-timeline.js';

const EVERY_MS = 5_000;

export function SagaPage({ id }: { readonly id: string }) {
  const at = `sagas/${encodeURIComponent(id)}`;
  const saga = useLoad<SagaDetail>(at, EVERY_MS);
  const revision = saga.data?.revision;
  useChangesOf(id, revision, saga.reload);
  if (!saga.data) {
    return (
      <>
        <h1>One saga</h1>
        {saga.problem ? (
          <Failure problem={saga.problem} onRetry={saga.reload} />
        ) : (
          <Waiting rows={12} />
        )}
      </>
    );
  }
  return (
    <>
      <SagaHead saga={saga.data} />
      {saga.problem && <Failure problem={saga.problem} onRetry={saga.reload} />}
      <Whole at={at} saga={saga.data} reload={saga.reload} />
    </>
  );
}

/** Reads it again when the server tells that it has moved on. */
function useChangesOf(id: string, revision: number | undefined, reload: () => void): void {
  const { listen } = useLive();
  useEffect(
    () =>
      listen(({ items, more }) => {
        const told = items.find(({ sagaId }) => sagaId === id);
        if (told ? told.revision > (revision ?? 0) : more) reload();
      }),
    [listen, id, revision, reload],
  );
}

interface Shown {
  readonly at: string;
  readonly saga: SagaDetail;
  readonly reload: () => void;
}

function Whole({ at, saga, reload }: Shown) {
  const { may } = useSession();
  const { revision } = saga;
  const history = useOf<{ items: readonly HistoryEntry[] }>(`${at}/history`, revision);
  const graph = useOf<Run>(`${at}/graph`, revision);
  const actions = useOf<Actions>(`${at}/actions`, revision);
  const definition = useLoad<Definition>(
    `definitions/${encodeURIComponent(saga.definition)}/${saga.version}`,
  );
  const reloadAll = useCallback(() => {
    reload();
    actions.reload();
  }, [reload, actions.reload]);
  return (
    <>
      <SagaActions saga={saga} actions={actions} may={may('operator')} reload={reloadAll} />
      <div className="columns wide-left">
        <div>
          <Timeline history={history} />
          <Revisions at={at} saga={saga} entries={history.data?.items ?? []} />
        </div>
        <div>
          <Panel title="Its way">
            {graph.problem && <Failure problem={graph.problem} onRetry={graph.reload} />}
            {!graph.data && !graph.problem && <Waiting rows={10} />}
            {graph.data && (
              <Graph
                {...graph.data}
                label={`${saga.definition} v${saga.version}`}
                run={saga.state}
              />
            )}
          </Panel>
          {definition.data && <Ahead saga={saga} definition={definition.data} />}
        </div>
      </div>
      <Steps saga={saga} />
      <Effects saga={saga} />
      <Input saga={saga} />
    </>
  );
}

/** Read again with each revision. */
function useOf<T>(path: string, revision: number) {
  const loaded = useLoad<T>(path);
  const { reload } = loaded;
  const seen = useRef(revision);
  useEffect(() => {
    if (seen.current !== revision) reload();
    seen.current = revision;
  }, [revision, reload]);
  return loaded;
}
