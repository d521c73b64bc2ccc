/** The keys of the development stack: made at its first start, kept in a file that only its owner reads. */
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { AccessRole } from '#platform';

/** Whose key it is, and as what a shell knows it that has read the file. */
export const STACK_KEYS = {
  READER_KEY: { role: 'reader', owner: 'uma' },
  OPERATOR_KEY: { role: 'operator', owner: 'otto' },
  APPROVER_KEY: { role: 'approver', owner: 'ada' },
  MERCHANT_KEY: { merchantId: 'default-merchant' },
} as const satisfies Readonly<Record<string, Holder>>;
type Holder =
  { readonly role: AccessRole; readonly owner: string } | { readonly merchantId: string };

export type StackKeyName = keyof typeof STACK_KEYS;
export type StackKeys = Partial<Record<StackKeyName, string>>;
export const STACK_KEY_NAMES = Object.keys(STACK_KEYS) as StackKeyName[];

/** Those that are in the file; none where there is no file. */
export function readKeysFile(file: string): StackKeys {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return {};
  }
  const lines = text.matchAll(/^([A-Z_]+)=(\S+)$/gm);
  return Object.fromEntries(
    [...lines].flatMap(([, name = '', apiKey]) => (name in STACK_KEYS ? [[name, apiKey]] : [])),
  );
}

/** For shells: `. <file>` makes the keys known to them. */
export function writeKeysFile(file: string, keys: StackKeys): void {
  mkdirSync(dirname(file), { recursive: true });
  const lines = STACK_KEY_NAMES.flatMap((name) =>
    keys[name] === undefined ? [] : [`# ${holderText(name)}`, `${name}=${keys[name]}`],
  );
  const text = ['# Keys of the stack on this machine, made by "npm start".', ...lines, ''];
  writeFileSync(`${file}.new`, text.join('\n'), { mode: 0o600 });
  // one that was left behind by a start that was killed keeps the mode that it had
  chmodSync(`${file}.new`, 0o600);
  renameSync(`${file}.new`, file);
}

const holderText = (name: StackKeyName): string => {
  const holder: Holder = STACK_KEYS[name];
  return 'role' in holder
    ? `${holder.owner}, who is ${holder.role === 'reader' ? 'a' : 'an'} ${holder.role}`
    : `the merchant ${holder.merchantId}`;
};

/** The path as it is typed from here. */
export const shownPath = (file: string): string => {
  const near = relative(process.cwd(), file);
  return near.startsWith('..') ? file : near;
};
