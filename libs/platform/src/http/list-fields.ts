/** Lists of texts, in bodies and in queries, where one is as good as several. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';

interface TextsOptions {
  /** Most entries. */
  readonly max: number;
  /** Of one entry. */
  readonly maxLength: number;
  readonly description?: string;
  readonly example?: readonly string[];
}

/** May be absent. */
export const TextsField = (options: TextsOptions): PropertyDecorator => {
  const { max, maxLength, description, example } = options;
  return applyDecorators(
    ApiProperty({
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength },
      required: false,
      maxItems: max,
      ...(description !== undefined && { description }),
      ...(example !== undefined && { example: [...example] }),
    }),
    ValidateIf((_, value: unknown) => value !== undefined),
    ValidateBy({
      name: 'texts',
      validator: {
        validate: (value) => textsFault(value, options) === undefined,
        defaultMessage: (given) => textsFault(given?.value, options) ?? '',
      },
    }),
  );
};

/** `?type=a&type=b`; one alone comes as a text. */
export const TextsQuery = (options: TextsOptions): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? [value] : value)),
    TextsField(options),
  );

// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;

function textsFault(value: unknown, { max, maxLength }: TextsOptions): string | undefined {
  if (!Array.isArray(value)) return 'must be a list of texts';
  if (value.length < 1 || value.length > max) return `must have 1 to ${max} entries`;
  const isText = (one: unknown): boolean =>
    typeof one === 'string' &&
    one.length >= 1 &&
    one.length <= maxLength &&
    !CONTROL_CHARACTERS.test(one) &&
    one.isWellFormed();
  return value.every(isText) ? undefined : `must hold texts of 1 to ${maxLength} characters`;
}
