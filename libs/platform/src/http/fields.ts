/**
 * Fields of request bodies and queries: each decorator checks the value and describes it in the
 * OpenAPI document, so that the two cannot drift apart.
 */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { ValidateBy, ValidateIf, ValidateNested } from 'class-validator';
import { limitList, tooManyEntries } from './list-limits.js';

interface Common {
  readonly optional?: boolean;
  readonly description?: string;
  readonly example?: unknown;
}

/** Absent is fine for an optional field, `null` is not: it is no value of the type. */
const field = (options: Common, api: ApiPropertyOptions, rules: PropertyDecorator[]) =>
  applyDecorators(
    ApiProperty({
      ...api,
      required: !options.optional,
      ...(options.description !== undefined && { description: options.description }),
      ...(options.example !== undefined && { example: options.example }),
    } as ApiPropertyOptions),
    ...(options.optional ? [ValidateIf((_, value: unknown) => value !== undefined)] : []),
    ...rules,
  );

/** One rule a field, whatever it looks at: each rule of class-validator costs a walk of its own. */
const rule = (name: string, fault: (value: unknown) => string | undefined): PropertyDecorator =>
  ValidateBy({
    name,
    validator: {
      validate: (value) => fault(value) === undefined,
      // What kind of value it is not would say less of a field that is not there at all.
      defaultMessage: (given) =>
        given?.value === undefined ? 'is missing' : (fault(given.value) ?? ''),
    },
  });

export interface TextOptions extends Common {
  /** Default 1. */
  readonly min?: number;
  readonly max: number;
  readonly pattern?: RegExp;
  /** What a value of the pattern looks like, for the error: `must be …`. */
  readonly shape?: string;
}

/**
 * A text of `min` to `max` characters, counted as the message contracts count them (UTF-16 units).
 * Control characters and broken surrogates are refused: no database keeps the one, no JSON the
 * other, and a line break has no place in what becomes a mail's header.
 */
export const TextField = (options: TextOptions): PropertyDecorator => {
  const { min = 1, max, pattern } = options;
  const api = { type: String, minLength: min, maxLength: max };
  return field(options, pattern ? { ...api, pattern: pattern.source } : api, [
    rule('text', (value) => textFault(value, options)),
  ]);
};

// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;

/** Spaces, and marks that only order or join what stands beside them. */
const UNSEEN = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cf}]*$/u;

function textFault(value: unknown, options: TextOptions): string | undefined {
  const { min = 1, max, pattern, shape } = options;
  if (typeof value !== 'string') return 'must be a text';
  if (value.length < min || value.length > max) return `must have ${min} to ${max} characters`;
  if (min > 0 && UNSEEN.test(value)) return 'must not be blank';
  if (CONTROL_CHARACTERS.test(value) || !value.isWellFormed()) {
    return 'must not hold control characters or broken Unicode';
  }
  if (pattern && !pattern.test(value)) return `must be ${shape ?? String(pattern)}`;
  return undefined;
}

export interface IntegerOptions extends Common {
  readonly min: number;
  readonly max: number;
}

/** A whole JSON number. */
export const IntegerField = (options: IntegerOptions): PropertyDecorator => {
  const { min, max } = options;
  const api = { type: 'integer', minimum: min, maximum: max };
  return field(options, api as ApiPropertyOptions, [integerRule(options)]);
};

/** A whole number in a query string, where everything is text. */
export const IntegerQuery = (options: IntegerOptions): PropertyDecorator => {
  const { min, max } = options;
  const api = { type: 'integer', minimum: min, maximum: max };
  const toNumber = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value,
  );
  return field(options, api as ApiPropertyOptions, [toNumber, integerRule(options)]);
};

const integerRule = ({ min, max }: IntegerOptions): PropertyDecorator =>
  rule('integer', (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return 'must be a whole number';
    if (value < min) return `must not be less than ${min}`;
    return value > max ? `must not be greater than ${max}` : undefined;
  });

export interface ChoiceOptions extends Common {
  readonly of: readonly string[];
}

/** One of a few texts. */
export const ChoiceField = (options: ChoiceOptions): PropertyDecorator => {
  const choices = new Set<unknown>(options.of);
  return field(options, { type: String, enum: [...options.of] }, [
    rule('choice', (value) =>
      choices.has(value) ? undefined : `must be one of: ${options.of.join(', ')}`,
    ),
  ]);
};

/** `true` or `false`, as JSON has them. */
export const BooleanField = (options: Common = {}): PropertyDecorator =>
  field(options, { type: Boolean }, [
    rule('boolean', (value) => (typeof value === 'boolean' ? undefined : 'must be true or false')),
  ]);

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object described by a class of its own. */
export const ObjectField = (type: new () => object, options: Common = {}): PropertyDecorator =>
  field(options, { type }, [
    rule('object', (value) => (isObject(value) ? undefined : 'must be an object')),
    ValidateNested({ message: 'must be an object' }),
    Type(() => type),
  ]);

/** An object whose members only somebody else knows. @param maxBytes of its JSON */
export const FreeObjectField = (
  options: Common & { readonly maxBytes: number },
): PropertyDecorator =>
  field(options, { type: 'object', additionalProperties: true }, [
    rule('free object', (value) => {
      if (!isObject(value)) return 'must be an object';
      const isShort = Buffer.byteLength(JSON.stringify(value)) <= options.maxBytes;
      return isShort ? undefined : `must not be longer than ${options.maxBytes} bytes`;
    }),
  ]);

export interface ListOptions extends Common {
  readonly min: number;
  readonly max: number;
}

/** A list of objects described by a class of their own. */
export const ListField = (type: new () => object, options: ListOptions): PropertyDecorator => {
  const { min, max } = options;
  const fault = (value: unknown): string | undefined => {
    if (!Array.isArray(value)) return 'must be a list';
    if (value.length < min) return `must have at least ${min} entries`;
    if (value.length > max) return tooManyEntries(max);
    return value.every(isObject) ? undefined : 'must hold objects only';
  };
  return field(options, { type: [type], minItems: min, maxItems: max }, [
    rule('list', fault),
    ValidateNested({ message: 'must hold objects only' }),
    Type(() => type),
    (target, name) => limitList(target.constructor, String(name), max),
  ]);
};
