/**
 * A list of JSON texts as one parameter of a statement, put together with a character that JSON
 * always escapes: to quote each of them for an array costs more than all the rest of a batch.
 */
const SEPARATOR = '\u001e';

/** @param values undefined and null become SQL's null */
export const jsonList = (values: readonly unknown[]): string =>
  jsonTexts(values.map((value) => JSON.stringify(value ?? null)));

/** @param texts JSON each, at least one; the text `null` becomes SQL's null */
export const jsonTexts = (texts: readonly string[]): string => texts.join(SEPARATOR);

/** The SQL that makes a `text[]` of such a parameter (`$4`, say). */
export const jsonListSql = (parameter: string): string =>
  `string_to_array(${parameter}, chr(30), 'null')`;
