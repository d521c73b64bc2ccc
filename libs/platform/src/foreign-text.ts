/** What others have written, as it can be stored and shown. */

/** Postgres takes neither half a character nor NUL. @param most characters */
export const storableText = (text: string, most: number): string =>
  text.slice(0, most).toWellFormed().replaceAll('\0', '\ufffd');

const LONGEST_CODE = 64;

/** A code of somebody else's API: at most 64 printable ASCII characters, whatever they sent. */
export const plainCode = (code: string): string =>
  code.slice(0, LONGEST_CODE).replaceAll(/[^\x21-\x7e]/g, '?');
