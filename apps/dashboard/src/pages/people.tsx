import type { FormEvent } from 'react';
import type { Act, Page } from '../api/types.js';
import { useLoad } from '../api/use-load.js';
import { Empty, Failure, Moment, Nothing, Panel, Waiting, Wide } from '../parts/basics.js';
import { ChoiceBox, TextBox, type Option } from '../parts/fields.js';
import { Pager } from '../parts/pager.js';
import { goTo } from '../parts/use-place.js';
import { filterOf, pathOf } from '../pure/filter.js';
import { textIn } from '../pure/form.js';
import { hashOf } from '../pure/route.js';

const NAMES = ['actor', 'objectType', 'objectId'] as const;
const OBJECTS: readonly Option[] = [
  ['saga', 'Saga'],
  ['dead-letter', 'Dead letter'],
  ['access-key', 'Access key'],
  ['bulk-action', 'Bulk action'],
];

export function People({ query }: { readonly query: URLSearchParams }) {
  const filter = filterOf(query, NAMES);
  const cursor = query.get('cursor') ?? undefined;
  const path = pathOf('interventions', filter, { limit: '50', ...(cursor && { cursor }) });
  const { data, problem, reload } = useLoad<Page<Act>>(path, 5_000);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const wanted = Object.fromEntries(NAMES.map((name) => [name, textIn(form, name)]));
    goTo(hashOf(['people'], wanted));
  };
  const text = (name: string): string => query.get(name) ?? '';
  return (
    <>
      <h1>What people did</h1>
      <form className="panel filters" role="search" aria-label="Search acts" onSubmit={submit}>
        <fieldset>
          <legend>Whose acts, and on what</legend>
          <TextBox name="actor" label="Person" value={text('actor')} />
          <ChoiceBox name="objectType" label="On a" value={text('objectType')} of={OBJECTS} />
          <TextBox name="objectId" label="Its id" value={text('objectId')} />
        </fieldset>
        <div className="row end">
          <a href={hashOf(['people'])}>Clear</a>
          <button type="submit" className="primary">
            Search
          </button>
        </div>
      </form>
      <Panel title="Acts" aside={<span className="muted">newest first</span>}>
        {problem && <Failure problem={problem} onRetry={reload} />}
        {!data && !problem && <Waiting rows={8} />}
        {data?.items.length === 0 && <Empty>Nobody has done anything of the kind.</Empty>}
        {data && data.items.length > 0 && <Acts items={data.items} />}
        <Pager path={['people']} query={query} next={data?.nextCursor} names={NAMES} />
      </Panel>
    </>
  );
}

const Acts = ({ items }: { readonly items: readonly Act[] }) => (
  <Wide label="Acts, newest first">
    <table>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">On</th>
          <th scope="col">Why</th>
          <th scope="col">Revision</th>
        </tr>
      </thead>
      <tbody>
        {items.map((act) => (
          <ActRow key={act.id} act={act} />
        ))}
      </tbody>
    </table>
  </Wide>
);

const ActRow = ({ act }: { readonly act: Act }) => (
  <tr>
    <td>
      <Moment at={act.at} />
    </td>
    <td>
      <a href={hashOf(['people'], { actor: act.actor })}>{act.actor}</a>
    </td>
    <th scope="row">
      {act.what}
      {typeof act.detail['step'] === 'string' && (
        <span className="below">{act.detail['step']}</span>
      )}
    </th>
    <td>
      <ObjectLink act={act} />
    </td>
    <td>{act.reason === '' ? <Nothing /> : act.reason}</td>
    <td className="number">
      {act.revisionBefore === null ? <Nothing /> : `${act.revisionBefore} → ${act.revisionAfter}`}
    </td>
  </tr>
);

function ObjectLink({ act: { objectType, objectId, sagaId } }: { readonly act: Act }) {
  if (sagaId !== null) return <a href={hashOf(['sagas', sagaId])}>{sagaId}</a>;
  if (objectType === 'dead-letter') {
    return <a href={hashOf(['dead-letters', objectId])}>{objectId}</a>;
  }
  if (objectType === 'bulk-action') return <a href={hashOf(['bulk', objectId])}>{objectId}</a>;
  return (
    <>
      {objectType} {objectId}
    </>
  );
}
