import type { FormEvent } from 'react';
import type { DefinitionSummary } from '../api/types.js';
import { useLoad } from '../api/use-load.js';
import { ChoiceBox, TextBox, type Option } from '../parts/fields.js';
import { goTo } from '../parts/use-place.js';
import { localInput, momentOfInput, moneyText, parseMoney } from '../pure/format.js';
import { hashOf } from '../pure/route.js';
import { wordOf } from '../pure/tone.js';

const options = (...values: readonly string[]): Option[] =>
  values.map((value) => [value, wordOf(value)]);

const STATES = options('awaiting-start', 'running', 'compensating', 'completed', 'compensated');
const STEP_STATES = [
  ...options('sent', 'resent', 'pending', 'waiting', 'done', 'refused', 'in-doubt'),
  ...options('undoing', 'undone', 'skipped'),
];
const YES_NO: readonly Option[] = [
  ['true', 'Yes'],
  ['false', 'No'],
];
const MOMENTS = ['createdFrom', 'createdTo', 'idleSince'] as const;
const AMOUNTS = ['amountFrom', 'amountTo'] as const;

export function SearchForm({ query }: { readonly query: URLSearchParams }) {
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    goTo(hashOf(['sagas'], wantedIn(new FormData(event.currentTarget))));
  };
  return (
    <form className="panel filters" role="search" aria-label="Search sagas" onSubmit={submit}>
      <BusinessFields query={query} />
      <SagaFields query={query} />
      <TimeFields query={query} />
      <div className="row end">
        <a href={hashOf(['sagas'])}>Clear</a>
        <button type="submit" className="primary">
          Search
        </button>
      </div>
    </form>
  );
}

interface Filled {
  readonly query: URLSearchParams;
}

const textOf = (query: URLSearchParams, name: string): string => query.get(name) ?? '';

function BusinessFields({ query }: Filled) {
  const currency = textOf(query, 'currency');
  const amount = (name: string): string => {
    const value = textOf(query, name);
    return value === '' ? '' : moneyText(Number(value), currency);
  };
  return (
    <fieldset>
      <legend>What it is about</legend>
      <TextBox
        name="orderId"
        label="Order, return or withdrawal"
        value={textOf(query, 'orderId')}
      />
      <TextBox name="customer" label="Customer" value={textOf(query, 'customer')} />
      <TextBox
        name="attribute"
        label="Attributes"
        value={query.getAll('attribute').join(' ')}
        hint="merchant:m-1 channel:web"
      />
      <TextBox name="currency" label="Currency" value={currency} hint="GBP" />
      <TextBox name="amountFrom" label="Amount from" value={amount('amountFrom')} />
      <TextBox name="amountTo" label="Amount to" value={amount('amountTo')} />
    </fieldset>
  );
}

function SagaFields({ query }: Filled) {
  const { data } = useLoad<{ items: readonly DefinitionSummary[] }>('definitions');
  const names = (data?.items ?? []).map(({ name }): Option => [name, name]);
  const chosen = textOf(query, 'definition');
  const known = names.some(([name]) => name === chosen) || chosen === '';
  return (
    <fieldset>
      <legend>The saga</legend>
      <ChoiceBox name="state" label="State" value={textOf(query, 'state')} of={STATES} />
      <ChoiceBox
        // the list comes later than the address
        key={names.length}
        {...{ name: 'definition', label: 'Definition', value: chosen }}
        of={known ? names : [...names, [chosen, chosen]]}
      />
      <TextBox name="version" label="Version" type="number" value={textOf(query, 'version')} />
      <TextBox name="step" label="Step" value={textOf(query, 'step')} hint="charge-payment" />
      <ChoiceBox
        {...{ name: 'stepState', label: 'Step is', value: textOf(query, 'stepState') }}
        of={STEP_STATES}
      />
      <TextBox name="error" label="Error code" value={textOf(query, 'error')} hint="no-answer" />
      <ChoiceBox
        {...{ name: 'attention', label: 'Needs a person', value: textOf(query, 'attention') }}
        of={YES_NO}
      />
      <ChoiceBox name="held" label="Held" value={textOf(query, 'held')} of={YES_NO} />
    </fieldset>
  );
}

function TimeFields({ query }: Filled) {
  const at = (name: string) => localInput(query.get(name) ?? undefined);
  const common = { type: 'datetime-local' } as const;
  return (
    <fieldset>
      <legend>When</legend>
      <TextBox name="createdFrom" label="Began from" value={at('createdFrom')} {...common} />
      <TextBox name="createdTo" label="Began before" value={at('createdTo')} {...common} />
      <TextBox
        name="idleSince"
        label="Nothing happened since"
        value={at('idleSince')}
        {...common}
      />
    </fieldset>
  );
}

/** What the fields say, as the address keeps it: moments in UTC, amounts in minor units. */
function wantedIn(form: FormData): Record<string, string | string[]> {
  const wanted: Record<string, string | string[]> = {};
  for (const [name, value] of form) if (typeof value === 'string') wanted[name] = value.trim();
  const text = (name: string): string => String(wanted[name] ?? '');
  wanted['attribute'] = text('attribute').split(/\s+/).filter(Boolean);
  const currency = text('currency').toUpperCase();
  wanted['currency'] = currency;
  for (const name of MOMENTS) wanted[name] = momentOfInput(text(name)) ?? '';
  for (const name of AMOUNTS) {
    const value = text(name);
    // what is no amount goes as it is, and the API says what is wrong with it
    wanted[name] = value === '' ? '' : String(parseMoney(value, currency) ?? value);
  }
  return wanted;
}
