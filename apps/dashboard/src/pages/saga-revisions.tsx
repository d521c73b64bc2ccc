/** What a saga was after one of its messages, and what another has changed. */
import { useId, useMemo, useState } from 'react';
import type { HistoryEntry, SagaDetail } from '../api/types.js';
import { useLoad } from '../api/use-load.js';
import { Empty, Failure, Json, Panel, Waiting, Wide } from '../parts/basics.js';
import { comparable, differences, shortJson } from '../pure/diff.js';
import { formatMoment } from '../pure/format.js';

interface Shown {
  readonly at: string;
  readonly saga: SagaDetail;
  readonly entries: readonly HistoryEntry[];
}

export function Revisions({ at, saga, entries }: Shown) {
  const { revision } = saga;
  const [chosen, choose] = useState<readonly [from: number, to: number]>();
  const last = entries.at(-1)?.revision ?? revision;
  const before = entries.at(-2)?.revision ?? last;
  const [from, to] = chosen ?? [before, last];
  if (entries.length === 0) return null;
  return (
    <Panel title="Between two moments">
      <div className="row wrap">
        <Choose
          {...{ label: 'From', value: from, entries }}
          onChange={(one) => choose([one, to])}
        />
        <Choose {...{ label: 'To', value: to, entries }} onChange={(one) => choose([from, one])} />
      </div>
      <Compared at={at} from={from} to={to} />
    </Panel>
  );
}

interface Choosing {
  readonly label: string;
  readonly value: number;
  readonly entries: readonly HistoryEntry[];
  readonly onChange: (revision: number) => void;
}

function Choose({ label, value, entries, onChange }: Choosing) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={({ target }) => onChange(Number(target.value))}>
        {entries.map(({ revision, at, kind, name }) => (
          <option key={revision} value={revision}>
            r{revision} · {name ?? kind} · {formatMoment(at)}
          </option>
        ))}
      </select>
    </div>
  );
}

function Compared({ at, from, to }: { at: string; from: number; to: number }) {
  const before = useLoad<SagaDetail>(`${at}/as-of?revision=${from}`);
  const after = useLoad<SagaDetail>(`${at}/as-of?revision=${to}`);
  const problem = before.problem ?? after.problem;
  const found = useMemo(
    () => before.data && after.data && differences(comparable(before.data), comparable(after.data)),
    [before.data, after.data],
  );
  if (problem) return <Failure problem={problem} />;
  if (!found) return <Waiting rows={5} />;
  return (
    <>
      {found.length === 0 && <Empty>Nothing is different.</Empty>}
      {found.length > 0 && (
        <Wide label="What is different">
          <table className="diff">
            <thead>
              <tr>
                <th scope="col">Where</th>
                <th scope="col">Before</th>
                <th scope="col">After</th>
              </tr>
            </thead>
            <tbody>
              {found.map(({ path, before: was, after: is }) => (
                <tr key={path}>
                  <th scope="row">{path}</th>
                  <td className="was">{shortJson(was)}</td>
                  <td className="is">{shortJson(is)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      <details>
        <summary>All of it after r{to}</summary>
        <Json of={after.data} label={`The saga after revision ${to}`} />
      </details>
    </>
  );
}
