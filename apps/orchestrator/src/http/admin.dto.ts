import { ChoiceField, IntegerQuery, MomentField, TextField, TextsQuery } from '#platform';
import { ordinaryStepStates, sagaStates, signedStepStates } from '#saga';

const MAX_PAGE = 200;
export const DEFAULT_PAGE = 50;

export const stepStates = [...ordinaryStepStates, ...signedStepStates] as const;

const Flag = (description: string): PropertyDecorator =>
  ChoiceField({ of: ['true', 'false'], optional: true, description });

const AmountQuery = (description: string): PropertyDecorator =>
  IntegerQuery({ min: 0, max: 999_999_999_999_999, optional: true, description });

/** What sagas are searched for by. All that is given must hold. */
export class SagaQuery {
  @ChoiceField({ of: sagaStates, optional: true })
  state?: (typeof sagaStates)[number];

  @TextField({ max: 100, optional: true, description: 'Name of a saga, such as place-order' })
  definition?: string;

  @IntegerQuery({ min: 1, max: 1_000_000, optional: true, description: 'Of the definition' })
  version?: number;

  @TextField({
    max: 100,
    optional: true,
    pattern: /^[a-z][a-z0-9-]*$/,
    shape: 'the name of a step, such as charge-payment',
    description: 'Alone: sagas that are at this step. With stepState: those of which it is in it.',
  })
  step?: string;

  @ChoiceField({
    of: stepStates,
    optional: true,
    description:
      'Without a step: of any step. waiting, sent and done are searched for among the sagas that have ' +
      'not ended. resent: sent, and not for the first time.',
  })
  stepState?: (typeof stepStates)[number];

  @TextField({
    max: 200,
    optional: true,
    description: 'A code: of why it compensates or needs a person, of a refusal, of a last error',
  })
  error?: string;

  @Flag('Needs a person, or not')
  attention?: 'true' | 'false';

  @Flag('Somebody holds it, or not')
  held?: 'true' | 'false';

  @MomentField({ optional: true, description: 'Began at this moment or later' })
  createdFrom?: string;

  @MomentField({ optional: true, description: 'Began before this moment' })
  createdTo?: string;

  @MomentField({
    optional: true,
    description: 'Nothing has happened to it since. Without a state: of those that have not ended.',
  })
  idleSince?: string;

  @TextField({ max: 200, optional: true, description: 'The business key' })
  orderId?: string;

  @TextField({ max: 200, optional: true, description: 'As attribute=customer:…' })
  customer?: string;

  @TextsQuery({
    max: 16,
    maxLength: 402,
    description: 'name:value, as the definition names them; repeat it for several',
    example: ['merchant:m-1'],
  })
  attribute?: string[];

  @TextField({
    max: 3,
    optional: true,
    pattern: /^[A-Z]{3}$/,
    shape: 'a currency, such as GBP',
    description: 'Of the amount',
  })
  currency?: string;

  @AmountQuery('In minor units of the currency, inclusive')
  amountFrom?: number;

  @AmountQuery('In minor units of the currency, inclusive')
  amountTo?: number;
}

export class ListSagasQuery extends SagaQuery {
  @TextField({
    max: 36,
    optional: true,
    pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    shape: 'the nextCursor of the page before',
  })
  cursor?: string;

  @IntegerQuery({ min: 1, max: MAX_PAGE, optional: true, description: 'Default 50' })
  limit?: number;
}

/** One of the two. */
export class AsOfQuery {
  @IntegerQuery({ min: 1, max: 2_147_483_647, optional: true, description: 'After this message' })
  revision?: number;

  @MomentField({ optional: true, description: 'After all that had happened by then' })
  at?: string;
}

export class TimersQuery {
  @MomentField({ optional: true, description: 'Due by then. Default: all there are.' })
  until?: string;

  @TextField({
    max: 128,
    pattern: /^[\w-]+$/,
    shape: 'the nextCursor of a page before',
    optional: true,
  })
  cursor?: string;

  @IntegerQuery({ min: 1, max: MAX_PAGE, optional: true, description: 'Default 50' })
  limit?: number;
}
