import type { DefinitionSummary } from '../api/types.js';
import { useLoad } from '../api/use-load.js';
import { Badge, Empty, Failure, Nothing, Panel, Waiting, Wide } from '../parts/basics.js';
import { formatNumber } from '../pure/format.js';
import { hashOf } from '../pure/route.js';
import { toneOf, wordOf } from '../pure/tone.js';

export function Definitions() {
  const { data, problem, reload } = useLoad<{ items: readonly DefinitionSummary[] }>(
    'definitions',
    5_000,
  );
  return (
    <>
      <h1>Definitions</h1>
      <Panel title="All versions">
        {problem && <Failure problem={problem} onRetry={reload} />}
        {!data && !problem && <Waiting rows={8} />}
        {data?.items.length === 0 && <Empty>This orchestrator has no definition.</Empty>}
        {data && data.items.length > 0 && (
          <Wide label="Definitions and their versions">
            <table>
              <thead>
                <tr>
                  <th scope="col">Definition</th>
                  <th scope="col">Version</th>
                  <th scope="col">Live sagas</th>
                </tr>
              </thead>
              <tbody>
                {data.items.flatMap((one) =>
                  one.versions.map((version) => (
                    <VersionRow key={`${one.name} ${version.version}`} of={one} {...version} />
                  )),
                )}
              </tbody>
            </table>
          </Wide>
        )}
      </Panel>
    </>
  );
}

type Row = DefinitionSummary['versions'][number] & { readonly of: DefinitionSummary };

const VersionRow = ({ of: { name }, version, known, live }: Row) => (
  <tr>
    <th scope="row">{name}</th>
    <td>
      {known ? (
        <a href={hashOf(['definitions', name, String(version)])} aria-label={`${name} v${version}`}>
          v{version}
        </a>
      ) : (
        <>
          v{version} <Badge tone="bad">not known here</Badge>
        </>
      )}
    </td>
    <td>
      <span className="marks">
        {Object.entries(live).map(([state, count]) => (
          <a
            key={state}
            href={hashOf(['sagas'], { definition: name, version: String(version), state })}
          >
            <Badge tone={toneOf(state)}>
              {formatNumber(count)} {wordOf(state).toLowerCase()}
            </Badge>
          </a>
        ))}
        {Object.keys(live).length === 0 && <Nothing />}
      </span>
    </td>
  </tr>
);
