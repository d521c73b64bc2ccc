/** The parts of the dashboard: whoever adds one adds a line. */
import type { ReactNode } from 'react';
import { BulkActions } from './pages/bulk-actions.js';
import { BulkPage } from './pages/bulk.js';
import { DeadLetterPage } from './pages/dead-letter.js';
import { DeadLetters } from './pages/dead-letters.js';
import { DefinitionPage } from './pages/definition.js';
import { Definitions } from './pages/definitions.js';
import { Overview } from './pages/overview.js';
import { People } from './pages/people.js';
import { SagaPage } from './pages/saga.js';
import { Search } from './pages/search.js';
import { Timers } from './pages/timers.js';
import type { Place } from './pure/route.js';

export interface Section {
  /** First part of the address; empty for the first page. */
  readonly at: string;
  readonly title: string;
  readonly page: (rest: readonly string[], place: Place) => ReactNode;
}

export const sections: readonly Section[] = [
  { at: '', title: 'Overview', page: () => <Overview /> },
  {
    at: 'sagas',
    title: 'Sagas',
    page: ([id], { query }) =>
      id === undefined ? <Search query={query} /> : <SagaPage key={id} id={id} />,
  },
  {
    at: 'bulk',
    title: 'Bulk actions',
    page: ([id], { query }) =>
      id === undefined ? (
        <BulkActions query={query} />
      ) : (
        <BulkPage key={id} id={id} query={query} />
      ),
  },
  {
    at: 'dead-letters',
    title: 'Dead letters',
    page: ([id], { query }) =>
      id === undefined ? <DeadLetters query={query} /> : <DeadLetterPage key={id} id={id} />,
  },
  { at: 'timers', title: 'Timers', page: (_, { query }) => <Timers query={query} /> },
  {
    at: 'definitions',
    title: 'Definitions',
    page: ([name, version]) =>
      name === undefined || version === undefined ? (
        <Definitions />
      ) : (
        <DefinitionPage key={`${name} ${version}`} name={name} version={version} />
      ),
  },
  { at: 'people', title: 'What people did', page: (_, { query }) => <People query={query} /> },
];
