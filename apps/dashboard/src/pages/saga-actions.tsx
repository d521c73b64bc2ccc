/** What can be done to a saga now, and why the rest cannot. */
import { useState } from 'react';
import type { Problem } from '../api/client.js';
import { useSession } from '../api/session.js';
import type { Actions, OpenAction, SagaDetail } from '../api/types.js';
import { problemOf, type Loaded } from '../api/use-load.js';
import { AskReason } from '../parts/ask-reason.js';
import { Empty, Failure, Panel, Waiting } from '../parts/basics.js';
import { keyOf, sorted, wordsOf } from '../pure/actions.js';
import { ResultField, resultIn } from './result-field.js';

interface Shown {
  readonly saga: SagaDetail;
  readonly actions: Loaded<Actions>;
  readonly may: boolean;
  readonly reload: () => void;
}

/** The revision is that which was on the screen when the question was asked. */
interface Asked {
  readonly action: OpenAction;
  readonly revision: number;
}

export function SagaActions({ saga, actions, may, reload }: Shown) {
  const [asked, setAsked] = useState<Asked>();
  const [done, setDone] = useState('');
  const { data, problem } = actions;
  const choices = data && sorted(data.items);
  return (
    <Panel
      title="What can be done now"
      aside={
        <span role="status" className="muted">
          {done}
        </span>
      }
    >
      {problem && <Failure problem={problem} onRetry={actions.reload} />}
      {!choices && !problem && <Waiting rows={2} />}
      {!may && <p className="muted">Your key is a reader’s: an operator can do these.</p>}
      {choices?.open.length === 0 && <Empty>Nothing: it takes its course, or has ended.</Empty>}
      <div className="row wrap">
        {choices?.open.map((action) => (
          <button
            key={keyOf(action)}
            type="button"
            disabled={!may}
            onClick={() => setAsked({ action, revision: saga.revision })}
          >
            {wordsOf(action).label}
          </button>
        ))}
      </div>
      {choices && <Refused refused={choices.refused} />}
      {asked && (
        <Ask
          {...asked}
          saga={saga}
          onDone={() => {
            setDone(`Done: ${wordsOf(asked.action).label}.`);
            reload();
          }}
          reload={reload}
          onClose={() => setAsked(undefined)}
        />
      )}
    </Panel>
  );
}

const Refused = ({ refused }: { readonly refused: ReturnType<typeof sorted>['refused'] }) => (
  <details>
    <summary>Why nothing else</summary>
    <dl className="why">
      {refused.map(({ why, labels }) => (
        <div key={why}>
          <dt>{why}</dt>
          <dd>{labels.join(', ')}</dd>
        </div>
      ))}
    </dl>
  </details>
);

interface Question extends Asked {
  readonly saga: SagaDetail;
  readonly onDone: () => void;
  readonly reload: () => void;
  readonly onClose: () => void;
}

function Ask({ action, revision, saga, onDone, reload, onClose }: Question) {
  const { request } = useSession();
  const [result, setResult] = useState('');
  const { allowed: _, why: __, ...choice } = action;
  const { label, meaning, isGrave } = wordsOf(action);
  const takesResult = action.action === 'resolve' && action.outcome === 'happened';
  const confirm = async (reason: string): Promise<void> => {
    const body = { ...choice, ...(takesResult && resultIn(result)), reason, revision };
    const path = `sagas/${saga.sagaId}/interventions`;
    try {
      await request(path, { method: 'POST', body });
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status === 409) reload();
      throw problem;
    }
    onDone();
  };
  return (
    <AskReason
      {...{ title: label, confirm: label, isGrave, onClose }}
      onConfirm={confirm}
      explain={(problem) => <Moved problem={problem} seen={revision} />}
    >
      <p>{meaning}</p>
      <p className="muted">
        {saga.orderId}, seen at revision {revision}
        {saga.revision !== revision && (
          <strong>; it has come to {saga.revision} since: leave it, and look again</strong>
        )}
      </p>
      {takesResult && <ResultField value={result} onChange={setResult} />}
    </AskReason>
  );
}

function Moved({ problem, seen }: { readonly problem: Problem; readonly seen: number }) {
  if (problem.code !== 'moved') return null;
  return (
    <p>
      Nothing was done: you decided by revision {seen}, and it is at{' '}
      {String(problem.extras['revision'])} now, which has been loaded behind this question.
    </p>
  );
}
