/**
 * The schema of a contract as JSON Schema. Refuses what JSON Schema would leave out silently, because
 * a check that is not in the snapshot cannot be compared: conditions in code, and everything that
 * makes of what was sent something else.
 */
import { z } from 'zod';
import { canonical, type Schema } from './schema.js';
import { notUnderstood } from './understood.js';

export type Translated =
  | { readonly schema: Schema; readonly problems?: never }
  | { readonly problems: readonly string[]; readonly schema?: never };

const CHECKS = new Set([
  ...['min_length', 'max_length', 'length_equals'],
  ...['greater_than', 'less_than', 'multiple_of', 'number_format', 'string_format'],
]);

export function fromZod(type: z.ZodType): Translated {
  const hidden = hiddenIn(type as unknown as z.core.$ZodTypes, 'data');
  if (hidden.length > 0) return { problems: hidden };
  const schema = translate(type);
  if (typeof schema === 'string') return { problems: [`data: ${schema}`] };
  const strange = notUnderstood(schema);
  return strange.length > 0 ? { problems: strange } : { schema };
}

/** The reason where JSON Schema has no word for it. */
function translate(type: z.ZodType): Schema | string {
  try {
    return canonical(z.toJSONSchema(type, { io: 'input' }));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

type Def = z.core.$ZodTypes['_zod']['def'];

const defOf = ({ _zod: inner }: z.core.$ZodTypes): Def => inner.def;

function hiddenIn(type: z.core.$ZodTypes, path: string): readonly string[] {
  const def = defOf(type);
  return [...ofChecks(def, path), ...ofType(def, path)];
}

function ofType(def: Def, path: string): readonly string[] {
  const inner = (one: z.core.$ZodType, at = path): readonly string[] =>
    hiddenIn(one as z.core.$ZodTypes, at);
  switch (def.type) {
    case 'string':
    case 'number':
    case 'boolean':
      return 'coerce' in def && def.coerce ? [`${path}: 'coerce' is not understood`] : [];
    case 'null':
    case 'literal':
    case 'enum':
    case 'unknown':
    case 'any':
    case 'never':
      return [];
    case 'array':
      return inner(def.element, `${path}[]`);
    case 'nullable':
      return inner(def.innerType);
    case 'union':
      return def.options.flatMap((option) => inner(option));
    case 'record':
      return [...inner(def.keyType), ...inner(def.valueType, `${path}.*`)];
    case 'object':
      return [
        ...Object.entries(def.shape).flatMap(([name, field]) =>
          inner(withoutOptional(field), `${path}.${name}`),
        ),
        ...(def.catchall === undefined ? [] : inner(def.catchall, `${path}.*`)),
      ];
    default:
      return [`${path}: '${def.type}' is not understood`];
  }
}

/** Only a field of an object may be missing: an array has no place that is not there. */
const withoutOptional = (field: z.core.$ZodType): z.core.$ZodType => {
  const def = defOf(field as z.core.$ZodTypes);
  if (def.type === 'nonoptional') return withoutOptional(def.innerType);
  return def.type === 'optional' ? def.innerType : field;
};

function ofChecks(def: Def, path: string): readonly string[] {
  const checks = [def, ...(def.checks ?? []).map(({ _zod: check }) => check.def)];
  return checks.flatMap((check) => {
    const name = 'check' in check ? check.check : undefined;
    if (name !== undefined && !CHECKS.has(name)) {
      return [`${path}: a '${name}' check is not understood`];
    }
    const pattern = 'pattern' in check ? check.pattern : undefined;
    const flags = pattern instanceof RegExp ? pattern.flags : '';
    return flags === '' ? [] : [`${path}: a pattern with the flags '${flags}' is not understood`];
  });
}
