/**
 * Unit tests of a saga that read like its story, without any service: given a saga and what
 * happened to it, expect what it sends and what becomes of it.
 *
 *   givenSaga(placeOrder, { input })
 *     .expectCommand('reserve-stock')
 *     .givenReply('reserve-stock', 'inventory.stock-insufficient', { shortages: [] })
 *     .expectCompensation('create-order')
 *     .givenUndone('create-order')
 *     .expectState('compensated');
 *
 * After the saga unit tests of Eventuate Tram. What is run is the service's own `decide`; commands
 * and replies are held against their contracts, and each decision is made twice, for it is pure.
 */
import type { SagaDefinition } from '#saga';
import { Run } from './run.js';
import { SagaTest } from './saga-test.js';
import type { InputOf, SagaTestOptions, StepsOf } from './types.js';

export const givenSaga = <Definition extends SagaDefinition>(
  definition: Definition,
  { input, ...options }: SagaTestOptions<Definition> = {},
): SagaTest<InputOf<Definition>, StepsOf<Definition>> => {
  const test = new SagaTest<InputOf<Definition>, StepsOf<Definition>>(new Run(definition, options));
  return input === undefined ? test : test.givenStart(input);
};
