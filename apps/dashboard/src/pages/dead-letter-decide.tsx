/** Sends dead letters to their topics again, or puts them away, with a reason. */
import { useState } from 'react';
import { useSession } from '../api/session.js';
import type { Decided } from '../api/types.js';
import { AskReason } from '../parts/ask-reason.js';
import { formatNumber } from '../pure/format.js';

interface Deciding {
  readonly ids: readonly string[];
  readonly may: boolean;
  readonly onDone: () => void;
}

type What = 'redrive' | 'discard';

const WORDS = {
  redrive: {
    title: 'Redrive',
    meaning: 'Each goes to its topic again, once, and is handled like any other message.',
  },
  discard: { title: 'Discard', meaning: 'They are put away for good, with your reason.' },
} as const;

export function Decide({ ids, may, onDone }: Deciding) {
  const { request } = useSession();
  const [asked, setAsked] = useState<What>();
  const [decided, setDecided] = useState<Decided & { readonly what: What }>();
  const title = asked && `${WORDS[asked].title} ${formatNumber(ids.length)}`;
  return (
    <div className="decide">
      <div className="row wrap">
        {(['redrive', 'discard'] as const).map((what) => (
          <button
            key={what}
            type="button"
            disabled={!may || ids.length === 0}
            onClick={() => setAsked(what)}
          >
            {WORDS[what].title}
          </button>
        ))}
        <span className="muted" role="status">
          {may ? `${formatNumber(ids.length)} chosen` : 'Your key is a reader’s: an operator can.'}
          {decided && `. ${WORDS[decided.what].title}: ${formatNumber(decided.done)} done`}
        </span>
      </div>
      {decided && decided.refused.length > 0 && (
        <ul className="notice warn">
          {decided.refused.map(({ id, why }) => (
            <li key={id}>
              <code>{id}</code> was left: {why}
            </li>
          ))}
        </ul>
      )}
      {asked && title && (
        <AskReason
          {...{ title, confirm: title, isGrave: asked === 'discard' }}
          onClose={() => setAsked(undefined)}
          onConfirm={async (reason) => {
            const body = { ids, reason };
            const found = await request<Decided>(`dead-letters/${asked}`, { method: 'POST', body });
            setDecided({ ...found, what: asked });
            onDone();
          }}
        >
          <p>{WORDS[asked].meaning}</p>
        </AskReason>
      )}
    </div>
  );
}
