import { IntegerQuery, TextField } from './fields.js';

/** The part that all lists have in common, sorted by whatever they are. */
export class PageQuery {
  @TextField({
    max: 128,
    pattern: /^[\w-]+$/,
    shape: 'the nextCursor of a page before',
    optional: true,
  })
  cursor?: string;

  @IntegerQuery({ min: 1, max: 100, optional: true, description: 'Default: 20.' })
  limit?: number;
}

export const DEFAULT_PAGE = 20;
