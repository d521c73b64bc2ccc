/** Fields that several requests about stock have in common. */
import { actorIn, MAX_ACTOR, TextField } from '#platform';

const OF_WAREHOUSE = {
  max: 32,
  pattern: /^[a-z0-9][a-z0-9-]{0,31}$/,
  shape: 'lower-case letters, digits and - (a letter or digit first)',
};

export const WarehouseIdField = (): PropertyDecorator =>
  TextField({ ...OF_WAREHOUSE, example: 'main' });

export const WarehouseField = (description = 'Default: main.'): PropertyDecorator =>
  TextField({ ...OF_WAREHOUSE, optional: true, description, example: 'main' });

/** Who did it; callers that cannot change their bodies send it as a header. */
export const ActorField = (): PropertyDecorator =>
  TextField({
    max: MAX_ACTOR,
    optional: true,
    description: 'Who did it. Left out, it is taken from the header X-Actor.',
    example: 'kim',
  });

/** @throws ProblemException for a header that the field would not take either */
export function actorOf(by: string | undefined, header: string | undefined): string | undefined {
  return by ?? actorIn(header);
}
