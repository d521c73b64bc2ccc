/** Who may start, approve, pause, resume or cancel a bulk action, and why somebody may not. */
import { useState } from 'react';
import type { BulkAction } from '../api/bulk-types.js';
import { useSession } from '../api/session.js';
import { problemOf } from '../api/use-load.js';
import { AskReason } from '../parts/ask-reason.js';
import { Empty, Panel } from '../parts/basics.js';
import { wordsOf } from '../pure/actions.js';
import { decisionsOf, sagas, type OpenDecision } from '../pure/bulk.js';

interface Shown {
  readonly at: string;
  readonly bulk: BulkAction;
  readonly reload: () => void;
}

export function BulkDecide({ at, bulk, reload }: Shown) {
  const { me } = useSession();
  const [asked, setAsked] = useState<OpenDecision>();
  const [done, setDone] = useState('');
  const open = decisionsOf(bulk, me);
  const objections = [...new Set(open.flatMap(({ why }) => why ?? []))];
  return (
    <Panel
      title="What can be decided now"
      aside={
        <span role="status" className="muted">
          {done}
        </span>
      }
    >
      {open.length === 0 && <Empty>Nothing: it is over.</Empty>}
      {objections.map((why) => (
        <p key={why} className="muted">
          {why}
        </p>
      ))}
      <div className="row wrap">
        {open.map((one) => (
          <button
            key={one.decision}
            type="button"
            disabled={one.why !== undefined}
            onClick={() => setAsked(one)}
          >
            {one.label}
          </button>
        ))}
      </div>
      {asked && (
        <Ask
          {...{ at, bulk, asked, reload }}
          onDone={() => setDone(`Done: ${asked.label}.`)}
          onClose={() => setAsked(undefined)}
        />
      )}
    </Panel>
  );
}

interface Question extends Shown {
  readonly asked: OpenDecision;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function Ask({ at, bulk, asked, reload, onDone, onClose }: Question) {
  const { request } = useSession();
  const { decision, label, meaning, isGrave } = asked;
  const confirm = async (reason: string): Promise<void> => {
    try {
      await request(`${at}/${decision}`, { method: 'POST', body: { reason } });
      onDone();
    } catch (error) {
      throw problemOf(error);
    } finally {
      // also where somebody else was quicker
      reload();
    }
  };
  return (
    <AskReason {...{ title: label, confirm: label, isGrave, onClose }} onConfirm={confirm}>
      <p>{meaning}</p>
      <p className="muted">
        {wordsOf(bulk).label}, {sagas(bulk.preview.count)}, made by {bulk.madeBy}
      </p>
    </AskReason>
  );
}
