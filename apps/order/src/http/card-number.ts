/** A card number is nothing that may come here: who holds one has to protect it as banks do. */
import { ValidateBy } from 'class-validator';
import { fieldProblem } from '#platform';

// Written as on the card: in groups, with anything like a gap between them.
const LIKE_A_CARD = /^\s*\d(?:[\s-]*\d){11,18}\s*$/;

/** Whether it is 12 to 19 digits whose last one fits the others (ISO/IEC 7812, Luhn). */
export function isCardNumber(value: unknown): boolean {
  if (typeof value !== 'string' || !LIKE_A_CARD.test(value)) return false;
  const digits = Array.from(value.replaceAll(/\D/g, ''), Number).toReversed();
  const sum = digits.reduce((before, digit, index) => {
    const weighed = index % 2 === 0 ? digit : digit * 2;
    return before + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return sum % 10 === 0;
}

const MESSAGE = "must be the payment provider's token of the card, never a card number";

/**
 * Refuses the request with 422. Thrown, not collected with other faults: those answer 400, and none of
 * them is worth saying before this one. The number itself is in no answer and no log.
 * @param path of the field in the body
 */
export const NoCardNumber = (path: string): PropertyDecorator =>
  ValidateBy({
    name: 'noCardNumber',
    validator: {
      validate: (value) => {
        if (!isCardNumber(value)) return true;
        throw fieldProblem(422, [{ field: path, message: MESSAGE }], 'A card number was sent');
      },
      defaultMessage: () => MESSAGE,
    },
  });
