import { useMemo } from 'react';
import type { Definition, LedgerEntry, SagaDetail, StepDetail } from '../api/types.js';
import { Empty, Json, Moment, Nothing, Panel, Since, State, Wide } from '../parts/basics.js';
import { aheadOf } from '../pure/ahead.js';
import { formatMoney } from '../pure/format.js';
import { wordOf } from '../pure/tone.js';

export function Ahead({ saga, definition }: { saga: SagaDetail; definition: Definition }) {
  const prospects = useMemo(() => aheadOf(saga, definition), [saga, definition]);
  return (
    <Panel title="What can still happen">
      {prospects.length === 0 && <Empty>No answer is waited for.</Empty>}
      {prospects.map(({ step, answers }) => (
        <section key={step} aria-label={step}>
          <h3>{step}</h3>
          <dl className="why">
            {answers.map(({ answer, leadsTo }) => (
              <div key={answer}>
                <dt>{answer}</dt>
                <dd>{leadsTo}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Panel>
  );
}

export const Steps = ({ saga }: { readonly saga: SagaDetail }) => (
  <Panel title="Steps">
    <Wide label="Steps with their times">
      <table>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">State</th>
            <th scope="col" className="right">
              Sent
            </th>
            <th scope="col">Last sent</th>
            <th scope="col">Next try</th>
            <th scope="col">Finished</th>
            <th scope="col">Last error</th>
            <th scope="col">Compensation</th>
          </tr>
        </thead>
        <tbody>
          {saga.steps.map((step) => (
            <StepRow key={step.name} step={step} />
          ))}
        </tbody>
      </table>
    </Wide>
  </Panel>
);

const StepRow = ({ step }: { readonly step: StepDetail }) => (
  <tr>
    <th scope="row">
      {step.name}
      <span className="below">{step.kind}</span>
    </th>
    <td>
      <State of={step.state} />
    </td>
    <td className="right number">{step.attempts === 0 ? <Nothing /> : `${step.attempts}×`}</td>
    <td>
      <Moment at={step.sentAt} />
    </td>
    <td>
      <Since at={step.nextTryAt} />
    </td>
    <td>
      <Moment at={step.finishedAt} />
    </td>
    <td>{step.lastError ? `${step.lastError.code}: ${step.lastError.message}` : <Nothing />}</td>
    <td>
      {step.compensation ? (
        <>
          {wordOf(step.compensation.state)}, {step.compensation.attempts}×
          {step.compensation.lastError && (
            <span className="below">{step.compensation.lastError.message}</span>
          )}
        </>
      ) : (
        <Nothing />
      )}
    </td>
  </tr>
);

export const Effects = ({ saga }: { readonly saga: SagaDetail }) => (
  <Panel title="What it has taken, and brought back">
    {saga.ledger.length === 0 && <Empty>Nothing so far.</Empty>}
    {saga.ledger.length > 0 && (
      <Wide label="Effects">
        <table>
          <thead>
            <tr>
              <th scope="col">Effect</th>
              <th scope="col">Of step</th>
              <th scope="col" className="right">
                Taken
              </th>
              <th scope="col" className="right">
                Brought back
              </th>
              <th scope="col" className="right">
                Out
              </th>
            </tr>
          </thead>
          <tbody>
            {saga.ledger.map((entry) => (
              <EffectRow key={entry.id} of={entry} />
            ))}
          </tbody>
        </table>
      </Wide>
    )}
  </Panel>
);

const EffectRow = ({ of: { id, kind, step, taken, returned, unit } }: { of: LedgerEntry }) => (
  <tr>
    <th scope="row">
      {id}
      <span className="below">{kind}</span>
    </th>
    <td>{step === '?' ? 'none that is known' : step}</td>
    <td className="right number">{formatMoney(taken, unit)}</td>
    <td className="right number">{formatMoney(returned, unit)}</td>
    <td className={taken === returned ? 'right number' : 'right number risk'}>
      {formatMoney(taken - returned, unit)}
    </td>
  </tr>
);

export const Input = ({ saga }: { readonly saga: SagaDetail }) => (
  <Panel title="Data">
    <Json of={saga.data} label="What it was started with" />
  </Panel>
);
