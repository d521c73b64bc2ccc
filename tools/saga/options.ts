/** What all commands over the admin API are told in the same way. */
import { parseArgs } from 'node:util';
import { UsageError } from '../sagas/arguments.js';

/** `texts`: may be repeated. A flag has also its negative, `--no-…`. */
export type OptionKinds = Readonly<Record<string, 'text' | 'texts' | 'flag'>>;

export interface Given {
  readonly words: readonly string[];
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  flag(name: string): boolean | undefined;
}

export const CONNECTION_HELP = `  --json            for scripts
  --url URL         the orchestrator; default: SAGA_URL, else the stack on this machine
  --key-file FILE   holds the key; default: SAGA_API_KEY (environment), else the keys of the stack on this
                    machine. A key is never an argument: whoever lists processes would see it.`;

export const EXIT_HELP = `Exit status: 0 done, 1 refused or failed, 2 the command is wrong, 3 not found, 4 the saga has moved,
5 no access, 6 the orchestrator is not reached. In scripts use "npx saga", which adds nothing of npm's own.`;

/** Wherever it stands: then others may have seen it already, and it should be made anew. */
const HAS_KEY = /\bsk_[0-9a-f]{8}-[0-9a-f-]{27}_/;

const COMMON: OptionKinds = { json: 'flag', url: 'text', 'key-file': 'text' };

/** @throws UsageError */
export function readOptions(args: readonly string[], kinds: OptionKinds): Given {
  const { values, positionals } = parsed(args, { ...COMMON, ...kinds });
  const value = (name: string): unknown => values[name];
  return {
    words: positionals,
    text: (name) => {
      const given = value(name);
      if (given === '') throw new UsageError(`--${name} is empty`);
      return typeof given === 'string' ? given : undefined;
    },
    texts: (name) => {
      const given = value(name);
      return Array.isArray(given) ? given.filter((one) => typeof one === 'string') : [];
    },
    flag: (name) => {
      const given = value(name);
      return typeof given === 'boolean' ? given : undefined;
    },
  };
}

function parsed(args: readonly string[], kinds: OptionKinds) {
  const isKeyOption = (arg: string): boolean =>
    /^--api-key(=|$)/.test(arg) || (/^--key(=|$)/.test(arg) && kinds['key'] === undefined);
  if (args.some((arg) => isKeyOption(arg) || HAS_KEY.test(arg))) {
    throw new UsageError(
      'a key is never an argument, which others can see: set SAGA_API_KEY, or use --key-file',
    );
  }
  try {
    return parseArgs({
      ...{ args: [...args], allowPositionals: true, allowNegative: true },
      options: Object.fromEntries(
        Object.entries(kinds).map(([name, kind]) => [
          name,
          {
            type: kind === 'flag' ? ('boolean' as const) : ('string' as const),
            multiple: kind === 'texts',
          },
        ]),
      ),
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Undefined where it is not given. @throws UsageError */
export function wholeIn(
  given: Given,
  name: string,
  { min = 1, max = 1_000_000 } = {},
): number | undefined {
  const text = given.text(name);
  if (text === undefined) return undefined;
  const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`--${name} must be a whole number from ${min} to ${max}, not '${text}'`);
}

/** Exactly these words. @throws UsageError */
export function wordsIn({ words }: Given, ...names: readonly string[]): string[] {
  const missing = names[words.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing; see --help`);
  const more = words.slice(names.length);
  if (more.length > 0) throw new UsageError(`'${more.join(' ')}' is not understood; see --help`);
  return [...words];
}
