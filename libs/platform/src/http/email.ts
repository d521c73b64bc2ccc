const WORD = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
/** Begins with a letter: anything else is read as an address of a machine. */
const TOP_LABEL = '[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

/**
 * A mailbox of RFC 5321 as people have them: words with single dots between them, 64 characters at
 * most, at a domain name. Quoted words and addresses of machines are left out: they are legal, and
 * refused by most mail servers. What passes here is taken by a mail server, if only to say that it
 * knows nobody of that name.
 */
export const EMAIL = new RegExp(
  `^(?=[^@]{1,64}@)${WORD}(?:\\.${WORD})*@(?:${LABEL}\\.)*${TOP_LABEL}$`,
);
