import { attributesOf, type SagaAttributes, type SagaInstance, type SagaRegistry } from '#saga';

/**
 * What an instance is found by from now on; undefined where that stays as it was, as it does with nearly
 * all messages: attributes follow from the input, which changes seldom once a saga has begun.
 */
export function changedAttributes(
  registry: SagaRegistry,
  before: SagaInstance | undefined,
  after: SagaInstance,
): SagaAttributes | undefined {
  if (before?.input === after.input && before?.version === after.version) return undefined;
  const then = before ? attributesOfInstance(registry, before) : {};
  const now = attributesOfInstance(registry, after);
  return JSON.stringify(then) === JSON.stringify(now) ? undefined : now;
}

const attributesOfInstance = (
  registry: SagaRegistry,
  { definition: name, version, input }: SagaInstance,
): SagaAttributes => {
  const definition = registry.find(name, version);
  return definition ? attributesOf(definition, input) : {};
};
