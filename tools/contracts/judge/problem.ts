/** Why a reader does not understand everything that a writer may send. */
import { typeName, type Scalar, type Schema } from './schema.js';

/**
 * - `backward`: the new reader has to understand what writers of before have sent.
 * - `forward`: readers of before have to understand what the new writer sends.
 */
export type Direction = 'backward' | 'forward';

type Limit = string | number | undefined;
/** What the reader bounds, and how far. */
export type Bounding =
  | 'minimum'
  | 'maximum'
  | 'multipleOf'
  | 'minLength'
  | 'maxLength'
  | 'minItems'
  | 'maxItems'
  | 'pattern';

export type Problem = { readonly path: string } & (
  | { readonly rule: 'required'; readonly declared: boolean }
  | { readonly rule: 'type'; readonly writer: Schema; readonly reader: Schema }
  | { readonly rule: 'value'; readonly value: Scalar }
  | {
      readonly rule: 'limit';
      readonly keyword: Bounding;
      readonly writer: Limit;
      readonly reader: Limit;
    }
  | { readonly rule: 'unknown-field' }
  | { readonly rule: 'alternative'; readonly writer: Schema }
);

/** What has become of the schema, seen from its last release: `data.amount became required`. */
export const describe = (problem: Problem, direction: Direction): string =>
  `${problem.path} ${change(problem, direction === 'backward')}`;

function change(problem: Problem, backward: boolean): string {
  switch (problem.rule) {
    case 'required':
      if (problem.declared) return backward ? 'became required' : 'became optional';
      return backward ? 'was added as required' : 'was removed';
    case 'type': {
      const { writer, reader } = problem;
      const [before, now] = backward ? [writer, reader] : [reader, writer];
      return `changed from ${typeName(before)} to ${typeName(now)}`;
    }
    case 'value':
      return backward
        ? `no longer takes ${JSON.stringify(problem.value)}`
        : `takes ${JSON.stringify(problem.value)}, which readers of before do not`;
    case 'limit': {
      const { keyword, writer, reader } = problem;
      const [before, now] = backward ? [writer, reader] : [reader, writer];
      return `changed its ${keyword} from ${limitText(before)} to ${limitText(now)}`;
    }
    case 'unknown-field':
      return backward
        ? 'was removed, and fields that are not declared are refused'
        : 'was added, and readers of before refuse fields that they do not know';
    case 'alternative':
      return backward
        ? `no longer takes ${typeName(problem.writer)} as it was`
        : `takes ${typeName(problem.writer)}, which readers of before do not`;
  }
}

const limitText = (limit: Limit): string => String(limit ?? 'none');
