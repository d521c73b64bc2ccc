/** Which orchestrator is meant, and with which key it is asked. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../sagas/arguments.js';
import { CommandProblem, EXIT } from './exit-status.js';
import type { Given } from './options.js';

export interface Connection {
  /** Without a slash at its end. */
  readonly url: string;
  readonly key: string;
}

/** The names by which the file of the stack's keys knows those of the admin API, best first. */
const KEY_NAMES = ['SAGA_API_KEY', 'OPERATOR_KEY', 'APPROVER_KEY', 'READER_KEY'];

/** @throws UsageError, or CommandProblem where there is no key */
export async function connectionOf(
  given: Given,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Connection> {
  const named = given.text('url') ?? (env['SAGA_URL'] || undefined);
  const url = named === undefined ? undefined : checkedUrl(named);
  const file = given.text('key-file');
  const key =
    file === undefined
      ? env['SAGA_API_KEY'] || undefined
      : keyInFile(resolve(env['INIT_CWD'] ?? '.', file));
  if (url !== undefined && key !== undefined) return { url, key: checkedKey(key) };
  const stack = await ownStack(env);
  // The stack's keys are for the stack: another server has no business with them.
  const mayUseStack = url === undefined || url === stack.url;
  const found = key ?? (mayUseStack ? keyIn(readQuietly(stack.keyFile)) : undefined);
  if (found !== undefined) return { url: url ?? stack.url, key: checkedKey(found) };
  throw new CommandProblem(
    EXIT.noAccess,
    'there is no key: set SAGA_API_KEY, or name a file that has one by --key-file; ' +
      '"npm run saga -- keys create" makes one',
  );
}

/** Loaded only where it is needed: it brings much along. */
async function ownStack(env: NodeJS.ProcessEnv) {
  const stack = await import('../stack/settings.js');
  try {
    const settings = stack.stackSettings(env);
    return {
      url: stack.appUrl(settings, 'orchestrator'),
      keyFile: stack.stackPaths(settings).keys,
    };
  } catch (error) {
    throw error instanceof stack.StackProblem ? new UsageError(error.message) : error;
  }
}

function checkedUrl(text: string): string {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') {
    return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  }
  throw new UsageError(`'${text}' is no address of a server, such as http://127.0.0.1:3001`);
}

/** @param file as seen from where the person is: npm says where that is, and goes elsewhere */
function keyInFile(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`the file of the key cannot be read: ${(error as Error).message}`);
  }
  const key = keyIn(text);
  if (key === undefined) throw new UsageError(`there is no key in '${file}'`);
  return key;
}

const readQuietly = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

/** A file with the key and nothing else, or with lines as `OPERATOR_KEY=sk_…`. */
export function keyIn(text: string): string | undefined {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const [first] = lines;
  if (lines.length === 1 && first !== undefined && !first.includes('=')) return first;
  const keys = new Map<string, string>();
  for (const line of lines) {
    const [, name, key] = /^(?:export )?([A-Z_]+)=["']?([^"'\s]+)["']?$/.exec(line) ?? [];
    if (name !== undefined && key !== undefined) keys.set(name, key);
  }
  const known = KEY_NAMES.find((name) => keys.has(name));
  return known === undefined ? undefined : keys.get(known);
}

/** Before it is made a header, whose errors would show it. */
function checkedKey(key: string): string {
  if (/^[\w-]{1,200}$/.test(key)) return key;
  throw new CommandProblem(EXIT.noAccess, 'what was given as a key cannot be one');
}
