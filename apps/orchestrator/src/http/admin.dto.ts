import { ChoiceField, IntegerQuery, TextField } from '#platform';
import { sagaStates } from '#saga';

const MAX_PAGE = 200;

export class ListSagasQuery {
  @ChoiceField({ of: sagaStates, optional: true })
  state?: (typeof sagaStates)[number];

  @TextField({ max: 100, optional: true, description: 'Name of a saga, such as place-order' })
  definition?: string;

  @TextField({ max: 200, optional: true })
  orderId?: string;

  @ChoiceField({ of: ['true', 'false'], optional: true, description: 'Needs a person, or not' })
  attention?: 'true' | 'false';

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
