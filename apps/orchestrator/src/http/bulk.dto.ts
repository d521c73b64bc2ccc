import {
  ChoiceField,
  FreeObjectField,
  IntegerField,
  ObjectField,
  PageQuery,
  TextField,
} from '#platform';
import { bulkActions, bulkOutcomes, bulkStates, type BulkState } from '../domain/bulk-action.js';
import { SagaQuery } from './admin.dto.js';
import { OUTCOMES, ReasonField } from './interventions.dto.js';

export class MakeBulkDto {
  @ChoiceField({ of: bulkActions, description: 'What is to be done to each.' })
  action!: (typeof bulkActions)[number];

  @TextField({ max: 100, optional: true, description: 'Of retry, skip, resolve, clear-attention.' })
  step?: string;

  @ChoiceField({ of: OUTCOMES, optional: true, description: 'Of resolve.' })
  outcome?: (typeof OUTCOMES)[number];

  @FreeObjectField({
    maxBytes: 20_000,
    optional: true,
    description:
      'Of resolve, where it happened: what the step would have answered, in all of them.',
  })
  result?: Record<string, unknown>;

  @IntegerField({ min: 1, max: 10_000, optional: true, description: 'Of move: to this one.' })
  version?: number;

  @ObjectField(SagaQuery, {
    description: 'Which ones, as GET /admin/sagas searches; at least one condition.',
  })
  filter!: SagaQuery;

  @ReasonField()
  reason!: string;

  @IntegerField({
    ...{ min: 1, max: 1_000, optional: true },
    description: 'Sagas a second for each participant; the default is a setting.',
  })
  perSecond?: number;

  @IntegerField({
    ...{ min: 0, max: 100, optional: true },
    description: 'It stops by itself when more of the latest 1,000 went wrong. Default 10.',
  })
  maxErrorPercent?: number;
}

export class DecideBulkDto {
  @ReasonField()
  reason!: string;
}

export class ListBulkQuery extends PageQuery {
  @ChoiceField({ of: bulkStates, optional: true })
  state?: BulkState;
}

export const itemStates = ['waiting', ...bulkOutcomes] as const;

export class ListItemsQuery extends PageQuery {
  @ChoiceField({ of: itemStates, optional: true })
  outcome?: (typeof itemStates)[number];
}
