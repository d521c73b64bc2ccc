/** What a query asks for, as the store searches for it; and what its decorators cannot check. */
import { checkedMoment, fieldProblem } from '#platform';
import {
  errorSign,
  isOver,
  ordinaryStepStates,
  sagaStates,
  stepSign,
  type OrdinaryStepState,
  type SagaRegistry,
  type SagaState,
} from '#saga';
import type { AmountFilter, SagaFilter } from '#saga-store';
import type { SagaQuery } from './admin.dto.js';
import { isAt, stepsAre } from './document-filters.js';

const LIVE: readonly SagaState[] = sagaStates.filter((state) => !isOver(state));

/** @throws ProblemException 400 that names what does not go together */
export function sagaFilter(query: SagaQuery, registry: SagaRegistry): SagaFilter {
  const { definition, version, orderId, error, attention, held } = query;
  if (version !== undefined && definition === undefined) {
    throw wrong('version', 'is needed beside a definition only: it counts within one');
  }
  const attributes = attributesOf(query);
  const signs = [...signsOf(query), ...(error === undefined ? [] : [errorSign(error)])];
  const states = statesOf(query);
  const amount = amountOf(query);
  const document = documentOf(query, registry);
  return {
    ...(states && { states }),
    ...(definition !== undefined && { definition }),
    ...(version !== undefined && { version }),
    ...(orderId !== undefined && { businessKey: orderId }),
    ...(attention !== undefined && { attention: attention === 'true' }),
    ...(held !== undefined && { held: held === 'true' }),
    ...(signs.length > 0 && { signs }),
    ...(attributes.length > 0 && { attributes }),
    ...(amount && { amount }),
    ...momentsOf(query),
    ...(document && { document }),
  };
}

/** What is searched for in documents is searched for among those that have not ended. */
function statesOf({ state, step, stepState, idleSince }: SagaQuery): SagaFilter['states'] {
  const field = stepState === undefined ? 'step' : 'stepState';
  const isLive = stepState === undefined ? step !== undefined : isOrdinary(stepState);
  if (state !== undefined && isOver(state) && isLive) {
    throw wrong(field, `is searched for among sagas that have not ended, not among ${state} ones`);
  }
  if (state !== undefined) return [state];
  return isLive || idleSince !== undefined ? LIVE : undefined;
}

const isOrdinary = (state: string | undefined): state is OrdinaryStepState =>
  ordinaryStepStates.some((ordinary) => ordinary === state);

function signsOf({ step, stepState }: SagaQuery): string[] {
  return stepState === undefined || isOrdinary(stepState) ? [] : [stepSign(step, stepState)];
}

function documentOf({ step, stepState }: SagaQuery, registry: SagaRegistry) {
  if (isOrdinary(stepState)) return stepsAre(stepState, step, registry);
  return step !== undefined && stepState === undefined ? isAt(step) : undefined;
}

function attributesOf({ customer, attribute = [] }: SagaQuery) {
  const named = attribute.map((text) => {
    const [, name, value] = /^([^:]{1,200}):(.{1,200})$/u.exec(text) ?? [];
    if (name !== undefined && value !== undefined) return { name, value };
    throw wrong('attribute', 'must be a name, a colon and a value, such as merchant:m-1');
  });
  return customer === undefined ? named : [{ name: 'customer', value: customer }, ...named];
}

function amountOf({ currency, amountFrom: from, amountTo: to }: SagaQuery) {
  if (currency === undefined) {
    if (from === undefined && to === undefined) return undefined;
    throw wrong('currency', 'is needed beside an amount: amounts are of one currency');
  }
  if (from !== undefined && to !== undefined && from > to) {
    throw wrong('amountTo', 'must not be less than amountFrom');
  }
  const amount: AmountFilter = {
    currency,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
  return amount;
}

function momentsOf({ createdFrom, createdTo, idleSince }: SagaQuery) {
  const ms = (field: string, text: string | undefined): number | undefined =>
    text === undefined ? undefined : checkedMoment(field, text).getTime();
  const createdFromMs = ms('createdFrom', createdFrom);
  const createdToMs = ms('createdTo', createdTo);
  const idleSinceMs = ms('idleSince', idleSince);
  if (createdFromMs !== undefined && createdToMs !== undefined && createdFromMs >= createdToMs) {
    throw wrong('createdTo', 'must be later than createdFrom');
  }
  return {
    ...(createdFromMs !== undefined && { createdFromMs }),
    ...(createdToMs !== undefined && { createdToMs }),
    ...(idleSinceMs !== undefined && { idleSinceMs }),
  };
}

const wrong = (field: string, message: string) => fieldProblem(400, [{ field, message }]);
