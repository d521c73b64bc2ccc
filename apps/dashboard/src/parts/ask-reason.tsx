/** Asks before something is done: what it means, why, and then yes or no. */
import { useId, useLayoutEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import type { Problem } from '../api/client.js';
import { problemOf } from '../api/use-load.js';
import { Failure } from './basics.js';

const MOST = 500;

interface Asked {
  readonly title: string;
  readonly confirm: string;
  readonly isGrave?: boolean;
  readonly children?: ReactNode;
  /** @throws Problem, which is shown */
  readonly onConfirm: (reason: string) => Promise<void>;
  /** What a problem means, where its own words are not enough. */
  readonly explain?: (problem: Problem) => ReactNode;
  readonly onClose: () => void;
}

export function AskReason(asked: Asked) {
  const { title, children, onClose } = asked;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // closed while it is still there: then the browser gives the focus back to where it was
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose} className="ask">
      <h2 id={id}>{title}</h2>
      {children}
      <ReasonForm {...asked} />
    </dialog>
  );
}

function ReasonForm({ confirm, isGrave, onConfirm, explain, onClose }: Asked) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const id = useId();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await onConfirm(reason.trim());
      onClose();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  // a saga that has moved must be looked at again, not tried again
  const isStale = problem?.status === 409;
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label htmlFor={id}>Reason, for those who look at it later</label>
      <textarea
        id={id}
        required
        maxLength={MOST}
        rows={3}
        value={reason}
        onChange={({ target }) => setReason(target.value)}
      />
      {problem && <Failure problem={problem} />}
      {problem && explain?.(problem)}
      <div className="row end">
        <button type="button" onClick={onClose}>
          {isStale ? 'Look at it again' : 'Leave it'}
        </button>
        {!isStale && (
          <button
            type="submit"
            className={isGrave ? 'grave' : 'primary'}
            disabled={isBusy || reason.trim() === ''}
          >
            {isBusy ? 'Working…' : confirm}
          </button>
        )}
      </div>
    </form>
  );
}
