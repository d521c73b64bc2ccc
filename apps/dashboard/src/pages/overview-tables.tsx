import type { Figures } from '../api/types.js';
import { Empty, Panel, State, Wide } from '../parts/basics.js';
import { formatDuration, formatMoney, formatNumber, words } from '../pure/format.js';

export function Risk({ figures: { risk } }: { readonly figures: Figures }) {
  return (
    <Panel title="Money and stock out">
      <p className="muted small">
        Taken and not brought back, of sagas that have not ended. At risk: of those that are being
        undone or need a person.
      </p>
      {risk === null && <Empty>Not known yet.</Empty>}
      {risk?.length === 0 && <Empty>No saga in flight holds anything.</Empty>}
      {risk && risk.length > 0 && (
        <Wide label="Money and stock out, by kind">
          <table>
            <thead>
              <tr>
                <th scope="col">Kind</th>
                <th scope="col" className="right">
                  In flight
                </th>
                <th scope="col" className="right">
                  At risk
                </th>
              </tr>
            </thead>
            <tbody>
              {risk.map(({ kind, unit, inFlight, atRisk }) => (
                <tr key={`${kind} ${unit}`}>
                  <th scope="row">{words(kind)}</th>
                  <td className="right number">{formatMoney(inFlight, unit)}</td>
                  <td className={atRisk === 0 ? 'right number' : 'right number risk'}>
                    {formatMoney(atRisk, unit)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </Panel>
  );
}

export function StepTimes({ figures: { steps } }: { readonly figures: Figures }) {
  return (
    <Panel title="How long steps take">
      {steps === null && <Empty>Not known yet.</Empty>}
      {steps?.length === 0 && <Empty>No saga has ended yet.</Empty>}
      {steps && steps.length > 0 && (
        <Wide label="How long steps take, of the latest sagas that have ended">
          <table>
            <thead>
              <tr>
                <th scope="col">Step</th>
                <th scope="col">Came to</th>
                <th scope="col" className="right">
                  Half within
                </th>
                <th scope="col" className="right">
                  99% within
                </th>
                <th scope="col" className="right">
                  Of
                </th>
              </tr>
            </thead>
            <tbody>
              {steps.map(({ definition, step, outcome, p50Ms, p99Ms, count }) => (
                <tr key={`${definition} ${step} ${outcome}`}>
                  <th scope="row">
                    {step}
                    <span className="below">{definition}</span>
                  </th>
                  <td>
                    <State of={outcome} />
                  </td>
                  <td className="right number">{formatDuration(p50Ms)}</td>
                  <td className="right number">{formatDuration(p99Ms)}</td>
                  <td className="right number">{formatNumber(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </Panel>
  );
}
