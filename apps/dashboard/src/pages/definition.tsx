import { useId, useMemo, useState } from 'react';
import type {
  Definition,
  DefinitionStep,
  DefinitionSummary,
  GraphNode,
  MovePreview,
} from '../api/types.js';
import { useLoad } from '../api/use-load.js';
import { Empty, Failure, Nothing, Panel, Waiting, Wide } from '../parts/basics.js';
import { Graph } from '../parts/graph.js';
import { formatDuration, formatNumber, words } from '../pure/format.js';
import { hashOf } from '../pure/route.js';

export function DefinitionPage({ name, version }: { name: string; version: string }) {
  const at = `definitions/${encodeURIComponent(name)}/${encodeURIComponent(version)}`;
  const { data, problem, reload } = useLoad<Definition>(at);
  return (
    <>
      <p className="muted">
        <a href={hashOf(['definitions'])}>Definitions</a> / {name}
      </p>
      <h1>
        {name} v{version}
      </h1>
      {problem && <Failure problem={problem} onRetry={reload} />}
      {!data && !problem && <Waiting rows={12} />}
      {data && <Defined of={data} at={at} />}
    </>
  );
}

function Defined({ of, at }: { readonly of: Definition; readonly at: string }) {
  const nodes = useMemo(() => of.steps.map(nodeOf), [of]);
  return (
    <>
      <div className="columns">
        <Panel title="Its way">
          <Graph nodes={nodes} edges={of.edges} label={`${of.name} v${of.version}`} />
        </Panel>
        <Moves of={of} at={at} />
      </div>
      <StepTable of={of} />
    </>
  );
}

const nodeOf = ({ step, kind, group, compensation, coveredBy }: DefinitionStep): GraphNode => ({
  ...{ step, kind, group, state: 'waiting', attempts: 0 },
  ...(compensation && { compensation: { command: compensation.name } }),
  ...(coveredBy !== undefined && { coveredBy }),
});

function Moves({ of, at }: { readonly of: Definition; readonly at: string }) {
  const list = useLoad<{ items: readonly DefinitionSummary[] }>('definitions');
  const others = (list.data?.items.find(({ name }) => name === of.name)?.versions ?? []).filter(
    ({ version, known }) => known && version !== of.version,
  );
  const [chosen, choose] = useState<number>();
  const id = useId();
  return (
    <Panel title="If its live sagas were moved">
      {list.data && others.length === 0 && <Empty>There is no other version to move to.</Empty>}
      {others.length > 0 && (
        <div className="field">
          <label htmlFor={id}>To version</label>
          <select
            id={id}
            value={chosen ?? ''}
            onChange={({ target }) =>
              choose(target.value === '' ? undefined : Number(target.value))
            }
          >
            <option value="">Choose one</option>
            {others.map(({ version }) => (
              <option key={version} value={version}>
                v{version}
              </option>
            ))}
          </select>
        </div>
      )}
      {chosen !== undefined && <Preview key={chosen} at={`${at}/moves/${chosen}`} />}
    </Panel>
  );
}

function Preview({ at }: { readonly at: string }) {
  const { data, problem, reload } = useLoad<MovePreview>(at);
  if (problem) return <Failure problem={problem} onRetry={reload} />;
  if (!data) return <Waiting rows={4} />;
  return (
    <>
      <dl className="facts">
        <div>
          <dt>Would go on</dt>
          <dd className="number">{formatNumber(data.compatible)}</dd>
        </div>
        <div>
          <dt>Need a mapping</dt>
          <dd className="number">{formatNumber(data.needsMapping)}</dd>
        </div>
        <div>
          <dt>Must stay</dt>
          <dd className="number">{formatNumber(data.mustStay)}</dd>
        </div>
      </dl>
      {!data.complete && (
        <p className="muted">
          The newest {formatNumber(data.looked)} were looked at; there are more.
        </p>
      )}
      <ul>
        {data.problems.map(({ text, count }) => (
          <li key={text}>
            {text} <span className="muted">({formatNumber(count)})</span>
          </li>
        ))}
      </ul>
    </>
  );
}

const StepTable = ({ of }: { readonly of: Definition }) => (
  <Panel title="Steps">
    <Wide label="Steps with their answers">
      <table>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Command</th>
            <th scope="col">Answers</th>
            <th scope="col">Patience</th>
            <th scope="col">Undone by</th>
          </tr>
        </thead>
        <tbody>
          {of.steps.map((step) => (
            <StepRow key={step.step} of={step} />
          ))}
        </tbody>
      </table>
    </Wide>
  </Panel>
);

const StepRow = ({ of }: { readonly of: DefinitionStep }) => (
  <tr>
    <th scope="row">
      {of.step}
      <span className="below">
        {of.kind}
        {of.conditional && ', not always'}
      </span>
    </th>
    <td>{of.command ? `${of.command.name} v${of.command.version}` : <Nothing />}</td>
    <td>
      {of.replies?.map(({ reply, kind, reaction }) => (
        <span key={reply} className="line">
          {reply} <span className="muted">{reaction ? `${kind}: ${reaction}` : kind}</span>
        </span>
      ))}
    </td>
    <td>
      {Object.entries(of.timing ?? {}).map(([name, value]) => (
        <span key={name} className="line">
          {words(
            name
              .replace(/Ms$/, '')
              .replaceAll(/([A-Z])/g, ' $1')
              .toLowerCase(),
          )}
          : {name.endsWith('Ms') ? formatDuration(value) : formatNumber(value)}
        </span>
      ))}
    </td>
    <td>{of.compensation?.name ?? (of.coveredBy ? `that of ${of.coveredBy}` : <Nothing />)}</td>
  </tr>
);
