/**
 * What an operator looks for a saga by, in the words of its business: the customer, the merchant, the
 * amount. A definition names them (`.attributes`, `.amount`); they follow from the input alone.
 */
/** Texts are found by themselves, numbers by their range too. */
export type SagaAttributes = Readonly<Record<string, string | number>>;

/** In minor units. */
export interface SagaAmount {
  readonly value: number;
  readonly currency: string;
}

/** What of a definition says how its instances are found. Pure. */
export interface Attributed {
  readonly attributes?: (context: { readonly input: unknown }) => SagaAttributes;
  readonly amount?: (context: { readonly input: unknown }) => SagaAmount;
}

/** More of them, or longer ones, would make an index of what is a document. */
const MOST = 16;
const LONGEST = 200;

const AMOUNT = 'amount.';

/** Under which attribute the amount in a currency is found. */
export const amountAttribute = (currency: string): string => `${AMOUNT}${currency}`;

/** The other way round: undefined for the name of any other attribute. */
export const currencyOf = (attribute: string): string | undefined =>
  attribute.startsWith(AMOUNT) ? attribute.slice(AMOUNT.length) : undefined;

// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/g;

/** What no database keeps, or no index takes, is left out or cut off: no saga fails because of it. */
export const searchText = (text: string): string =>
  text.toWellFormed().replaceAll(CONTROL_CHARACTERS, '\ufffd').slice(0, LONGEST).toWellFormed();

/**
 * All attributes of an instance, its amount among them.
 * @param input null until it has started: then there are none
 */
export const attributesOf = (
  { attributes, amount }: Attributed,
  input: unknown,
): SagaAttributes => {
  if (input === null) return {};
  const own = Object.entries(attributes?.({ input }) ?? {});
  const sum = amount?.({ input });
  const all = sum ? [[amountAttribute(sum.currency), sum.value] as const, ...own] : own;
  return Object.fromEntries(
    all
      .filter(([, value]) => (typeof value === 'number' ? Number.isFinite(value) : value !== ''))
      .slice(0, MOST)
      .map(([name, value]) => [
        searchText(name),
        typeof value === 'number' ? value : searchText(value),
      ]),
  );
};
