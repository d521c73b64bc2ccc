/** How people are reached, and money is named: the same rules at every door. */
import { EMAIL } from './email.js';
import { TextField } from './fields.js';

export const EmailField = (): PropertyDecorator =>
  TextField({
    min: 3,
    max: 254,
    pattern: EMAIL,
    shape: 'an e-mail address (RFC 5321)',
    description: 'In ASCII, as mail servers everywhere take it; a foreign domain as xn--….',
    example: 'customer@example.com',
  });

/** Nobody has to have one. */
export const PhoneField = (): PropertyDecorator =>
  TextField({
    optional: true,
    max: 16,
    pattern: /^\+[1-9]\d{6,14}$/,
    shape: 'an international number (E.164), as +81312345678',
    example: '+81312345678',
  });

/** Where it is absent the shop has its own. */
export const LocaleField = (): PropertyDecorator =>
  TextField({
    optional: true,
    description: 'Which language the customer is written to in.',
    max: 5,
    pattern: /^[a-z]{2}(-[A-Z]{2})?$/,
    shape: 'a language, as en, ja or en-GB',
    example: 'ja',
  });

export const CurrencyField = (): PropertyDecorator =>
  TextField({
    min: 3,
    max: 3,
    pattern: /^[A-Z]{3}$/,
    shape: 'three upper-case letters (ISO 4217)',
    example: 'JPY',
  });
