/** What sagas are searched for by, as the admin API takes it. */
import { UsageError } from '../sagas/arguments.js';
import type { Query } from './admin-api.js';
import { minorUnitsIn, momentIn } from './format.js';
import { wholeIn, type Given, type OptionKinds } from './options.js';

export const LIST_OPTIONS: OptionKinds = {
  ...{ state: 'text', definition: 'text', version: 'text', step: 'text', 'step-state': 'text' },
  ...{ error: 'text', attention: 'flag', held: 'flag', 'created-from': 'text' },
  ...{ 'created-to': 'text', 'idle-since': 'text', order: 'text', customer: 'text' },
  ...{ attribute: 'texts', currency: 'text', 'amount-from': 'text', 'amount-to': 'text' },
  ...{ limit: 'text', cursor: 'text', count: 'flag', wide: 'flag' },
};

/** @throws UsageError */
export function sagaQuery(given: Given, nowMs: number): Query {
  const moment = (name: string): string | undefined => {
    const text = given.text(name);
    return text === undefined ? undefined : momentIn(text, nowMs);
  };
  const yesNo = (name: string): string | undefined => {
    const flag = given.flag(name);
    return flag === undefined ? undefined : String(flag);
  };
  const currency = given.text('currency');
  if (currency !== undefined && !/^[A-Z]{3}$/.test(currency)) {
    throw new UsageError(`--currency must be three capital letters, such as GBP`);
  }
  const amount = (name: string): number | undefined => {
    const text = given.text(name);
    return text === undefined ? undefined : minorUnitsIn(`--${name}`, text, currency);
  };
  return {
    ...{ state: given.text('state'), definition: given.text('definition') },
    ...{ version: wholeIn(given, 'version'), step: given.text('step') },
    ...{ stepState: given.text('step-state'), error: given.text('error') },
    ...{ attention: yesNo('attention'), held: yesNo('held') },
    ...{ createdFrom: moment('created-from'), createdTo: moment('created-to') },
    ...{ idleSince: moment('idle-since'), orderId: given.text('order') },
    ...{ customer: given.text('customer'), attribute: given.texts('attribute'), currency },
    ...{ amountFrom: amount('amount-from'), amountTo: amount('amount-to') },
  };
}
