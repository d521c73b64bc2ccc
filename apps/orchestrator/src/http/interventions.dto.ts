import { ChoiceField, FreeObjectField, IntegerField, PageQuery, TextField } from '#platform';
import { ACTIONS, type Action } from '../engine/wanted.js';

export const OUTCOMES = ['happened', 'did-not-happen'] as const;

export const ReasonField = (): PropertyDecorator =>
  TextField({ max: 500, description: 'Why, for those who look at it later.' });

export class InterventionDto {
  @ChoiceField({
    of: ACTIONS,
    description: 'What is to be done; GET /admin/sagas/{id}/actions says what can be.',
  })
  action!: Action;

  @ReasonField()
  reason!: string;

  @IntegerField({
    min: 0,
    max: 2 ** 31 - 1,
    description: 'The revision that was looked at: of one that has moved since, nothing is done.',
  })
  revision!: number;

  @TextField({ max: 100, optional: true, description: 'Of retry, skip, resolve, clear-attention.' })
  step?: string;

  @ChoiceField({ of: OUTCOMES, optional: true, description: 'Of resolve.' })
  outcome?: (typeof OUTCOMES)[number];

  @FreeObjectField({
    maxBytes: 20_000,
    optional: true,
    description: 'Of resolve, where it happened: what the step would have answered.',
  })
  result?: Record<string, unknown>;

  @TextField({ max: 200, optional: true, description: 'Of settle-effect: its id in the ledger.' })
  effect?: string;

  @IntegerField({ min: 1, max: 10_000, optional: true, description: 'Of move: to this one.' })
  version?: number;
}

export class ListActsQuery extends PageQuery {
  @TextField({ max: 100, optional: true, description: 'Owner of a key.' })
  actor?: string;

  @TextField({ max: 40, optional: true, example: 'saga' })
  objectType?: string;

  @TextField({ max: 300, optional: true, description: 'Only with its type.' })
  objectId?: string;
}
