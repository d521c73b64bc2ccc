/** Makes a bulk action of all that a search finds. */
import { useState, type FormEvent } from 'react';
import type { Problem } from '../api/client.js';
import type { BulkAction } from '../api/bulk-types.js';
import { useSession } from '../api/session.js';
import { problemOf } from '../api/use-load.js';
import { Empty, Failure } from '../parts/basics.js';
import { SelectBox, TextBox, type Option } from '../parts/fields.js';
import { goTo } from '../parts/use-place.js';
import { filterBody, needsOf, type BulkKind } from '../pure/bulk.js';
import { textIn } from '../pure/form.js';
import { hashOf } from '../pure/route.js';
import { ResultField, resultIn } from './result-field.js';

const KINDS: readonly (readonly [BulkKind, string])[] = [
  ['retry', 'Retry a step'],
  ['skip', 'Skip a step'],
  ['resolve', 'Say what became of a step'],
  ['compensate', 'Undo all of it'],
  ['cancel', 'Cancel'],
  ['clear-attention', 'Clear attention'],
  ['hold', 'Hold'],
  ['release', 'Release'],
  ['move', 'Move to another version'],
];
const OUTCOMES: readonly Option[] = [
  ['happened', 'It happened'],
  ['did-not-happen', 'It did not happen'],
];

interface Wanted {
  readonly filter: URLSearchParams;
  /** Steps at which the sagas that are shown are. */
  readonly steps: readonly string[];
}

export function BulkMake({ filter, steps }: Wanted) {
  const { may } = useSession();
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="panel" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Do something to all of these</summary>
      {isOpen && filter.size === 0 && (
        <Empty>
          Search for something first: without a condition it would be every saga there is.
        </Empty>
      )}
      {isOpen && filter.size > 0 && (
        <MakeForm key={filter.toString()} {...{ filter, steps, may: may('operator') }} />
      )}
    </details>
  );
}

function MakeForm({ filter, steps, may }: Wanted & { readonly may: boolean }) {
  const { request } = useSession();
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState('');
  const make = async (form: FormData): Promise<void> => {
    setBusy(true);
    try {
      const body = { ...wantedIn(form, result), filter: filterBody(filter) };
      const made = await request<BulkAction>('bulk-actions', { method: 'POST', body });
      goTo(hashOf(['bulk', made.bulkActionId]));
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void make(new FormData(event.currentTarget));
  };
  return (
    <form className="filters make" aria-label="Make a bulk action" onSubmit={submit}>
      <p className="muted">
        {may
          ? 'What is found now is frozen, and you are shown what would be done. Nothing is done before somebody starts it.'
          : 'Your key is a reader’s: an operator can do this.'}
      </p>
      <Deed filter={filter} steps={steps} result={result} setResult={setResult} />
      <fieldset>
        <legend>How</legend>
        <TextBox {...{ name: 'reason', label: 'Reason', value: '', isRequired: true }} />
        <TextBox name="perSecond" label="Sagas a second" type="number" value="" hint="as set" />
        <TextBox
          name="maxErrorPercent"
          label="Stop above % errors"
          type="number"
          value=""
          hint="10"
          min={0}
        />
      </fieldset>
      {problem && <Failure problem={problem} />}
      <div className="row end">
        <button type="submit" className="primary" disabled={!may || isBusy}>
          {isBusy ? 'Looking…' : 'Look at what it would do'}
        </button>
      </div>
    </form>
  );
}

interface DeedFields extends Wanted {
  readonly result: string;
  readonly setResult: (result: string) => void;
}

function Deed({ filter, steps, result, setResult }: DeedFields) {
  const [kind, setKind] = useState<BulkKind>('retry');
  const [outcome, setOutcome] = useState('');
  const needs = needsOf(kind);
  // as it was when the form was opened: the list behind it is read again and again
  const [step] = useState(filter.get('step') ?? (steps.length === 1 ? (steps[0] ?? '') : ''));
  const [list] = useState(steps);
  return (
    <>
      <fieldset>
        <legend>What</legend>
        <SelectBox
          {...{ name: 'action', label: 'Action', value: kind, of: KINDS }}
          onChange={(value) => setKind(KINDS.find(([one]) => one === value)?.[0] ?? kind)}
        />
        {needs.step !== 'no' && (
          <TextBox
            {...{ name: 'step', label: 'Which step', value: step, list }}
            hint="hand-over"
            isRequired={needs.step === 'must'}
          />
        )}
        {needs.outcome && (
          <SelectBox
            {...{ name: 'outcome', label: 'What became of it', value: outcome, isRequired: true }}
            of={[['', 'Choose one'], ...OUTCOMES]}
            onChange={setOutcome}
          />
        )}
        {needs.version && (
          <TextBox
            {...{ name: 'version', label: 'To version', value: '' }}
            type="number"
            isRequired
          />
        )}
      </fieldset>
      {needs.outcome && outcome === 'happened' && (
        <ResultField value={result} onChange={setResult} />
      )}
    </>
  );
}

/** As the API takes it. @throws Problem for a result that is no object */
function wantedIn(form: FormData, result: string): Record<string, unknown> {
  const number = (name: string) => {
    const text = textIn(form, name);
    return text !== '' && { [name]: Number(text) };
  };
  const text = (name: string) => {
    const value = textIn(form, name);
    return value !== '' && { [name]: value };
  };
  return {
    ...{ action: textIn(form, 'action'), reason: textIn(form, 'reason') },
    ...text('step'),
    ...text('outcome'),
    ...(textIn(form, 'outcome') === 'happened' && resultIn(result)),
    ...number('version'),
    ...number('perSecond'),
    ...number('maxErrorPercent'),
  };
}
