import { expect, it } from '@jest/globals';
import { formatTable } from './table.js';

it('sets columns under each other and leaves no blanks at the ends of lines', () => {
  const table = formatTable([
    ['order', '1', 'well'],
    ['inventory', '200', ''],
  ]);
  expect(table).toBe('  order      1    well\n  inventory  200');
});
