import { useMemo, useState, type FormEvent } from 'react';
import { useSession } from '../api/session.js';
import type { Count, DeadLetter, Page } from '../api/types.js';
import { useLoad } from '../api/use-load.js';
import { Failure, Panel, Waiting } from '../parts/basics.js';
import { ChoiceBox, TextBox, type Option } from '../parts/fields.js';
import { Pager } from '../parts/pager.js';
import { goTo } from '../parts/use-place.js';
import { filterOf, pathOf } from '../pure/filter.js';
import { textIn } from '../pure/form.js';
import { formatNumber, localInput, momentOfInput } from '../pure/format.js';
import { hashOf } from '../pure/route.js';
import { wordOf } from '../pure/tone.js';
import { Decide } from './dead-letter-decide.js';
import { LetterTable, NoLetters } from './dead-letter-table.js';

const NAMES = ['status', 'topic', 'code', 'type', 'key', 'sagaId', 'from', 'to'] as const;
const MOMENTS: readonly string[] = ['from', 'to'];
const STATUSES = ['open', 'redriven', 'discarded'].map((one): Option => [one, wordOf(one)]);

export function DeadLetters({ query }: { readonly query: URLSearchParams }) {
  const filter = useMemo(() => filterOf(query, NAMES), [query]);
  const cursor = query.get('cursor') ?? undefined;
  const list = useLoad<Page<DeadLetter>>(
    pathOf('dead-letters', filter, { limit: '50', ...(cursor && { cursor }) }),
    5_000,
  );
  const count = useLoad<Count>(pathOf('dead-letters/count', filter), 5_000);
  const reload = (): void => {
    list.reload();
    count.reload();
  };
  return (
    <>
      <h1>Dead letters</h1>
      <Filters query={query} />
      <Panel title="Found" aside={<Counted count={count.data} />}>
        {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
        {!list.data && !list.problem && <Waiting rows={8} />}
        {list.data && (
          <Chosen items={list.data.items} reload={reload} isFiltered={filter.size > 0} />
        )}
        <Pager path={['dead-letters']} query={query} next={list.data?.nextCursor} names={NAMES} />
      </Panel>
    </>
  );
}

const Counted = ({ count }: { readonly count: Count | undefined }) => (
  <span className="muted" role="status">
    {count && `${count.exact ? '' : 'more than '}${formatNumber(count.count)} in all`}
  </span>
);

function Filters({ query }: { readonly query: URLSearchParams }) {
  const text = (name: string): string => query.get(name) ?? '';
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const wanted = NAMES.map((name) => {
      const value = textIn(form, name);
      return [name, MOMENTS.includes(name) ? momentOfInput(value) : value] as const;
    });
    goTo(hashOf(['dead-letters'], Object.fromEntries(wanted)));
  };
  const moment = (name: string) => localInput(query.get(name) ?? undefined);
  return (
    <form
      className="panel filters"
      role="search"
      aria-label="Search dead letters"
      onSubmit={submit}
    >
      <fieldset>
        <legend>Which ones</legend>
        <ChoiceBox name="status" label="Status" value={text('status')} of={STATUSES} />
        <TextBox name="topic" label="Topic" value={text('topic')} hint="saga.inbox" />
        <TextBox name="code" label="Code" value={text('code')} hint="handler-failed" />
        <TextBox name="type" label="Type" value={text('type')} />
        <TextBox name="key" label="Key" value={text('key')} />
        <TextBox name="sagaId" label="Saga" value={text('sagaId')} />
        <TextBox name="from" label="Died from" type="datetime-local" value={moment('from')} />
        <TextBox name="to" label="Died before" type="datetime-local" value={moment('to')} />
      </fieldset>
      <div className="row end">
        <a href={hashOf(['dead-letters'])}>Clear</a>
        <button type="submit" className="primary">
          Search
        </button>
      </div>
    </form>
  );
}

interface Choosing {
  readonly items: readonly DeadLetter[];
  readonly reload: () => void;
  readonly isFiltered: boolean;
}

function Chosen({ items, reload, isFiltered }: Choosing) {
  const { may } = useSession();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const open = items.filter(({ status }) => status === 'open');
  // what has left the page is no longer chosen
  const ids = open.map(({ id }) => id).filter((id) => chosen.has(id));
  if (items.length === 0) return <NoLetters isFiltered={isFiltered} />;
  const toggle = (id: string): void => {
    const next = new Set(ids);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const all = ids.length === open.length && open.length > 0;
  return (
    <>
      <Decide
        ids={ids}
        may={may('operator')}
        onDone={() => {
          setChosen(new Set());
          reload();
        }}
      />
      <LetterTable
        {...{ items, chosen: new Set(ids), toggle, all }}
        toggleAll={() => setChosen(new Set(all ? [] : open.map(({ id }) => id)))}
      />
    </>
  );
}
