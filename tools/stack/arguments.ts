import type { AppName } from '#testing';
import { appsNamed, StackProblem } from './settings.js';

export type Command =
  | { command: 'up'; detached: boolean; only: readonly AppName[] | undefined }
  | { command: 'status' }
  | { command: 'logs'; names: readonly string[]; follow: boolean; lines: number }
  | { command: 'down' }
  | { command: 'reset' }
  | { command: 'topics' }
  | { command: 'tail'; topic: string; fromBeginning: boolean }
  | { command: 'selftest' }
  | { command: 'help' };

/** Reads what follows `npm run stack --`. Throws a StackProblem that names what it does not know. */
export function parseArguments(args: readonly string[]): Command {
  const [name = 'help', ...rest] = args;
  if (name === 'help' || args.includes('--help') || args.includes('-h')) return { command: 'help' };
  const reader = new Reader(rest);
  const command = read(name, reader);
  reader.end();
  return command;
}

function read(name: string, reader: Reader): Command {
  switch (name) {
    case 'up': {
      const only = reader.value('--only')?.split(',').filter(Boolean);
      const foreground = reader.flag('--foreground');
      return { command: 'up', detached: !foreground, only: only && appsNamed(only) };
    }
    case 'logs': {
      const follow = reader.flag('-f') || reader.flag('--follow');
      const lines = Number(reader.value('-n') ?? 40);
      if (!Number.isInteger(lines) || lines < 1) throw new StackProblem('-n wants a number.');
      return { command: 'logs', follow, lines, names: reader.words() };
    }
    case 'tail': {
      const fromBeginning = reader.flag('--from-beginning');
      const [topic] = reader.words(1);
      if (!topic)
        throw new StackProblem('tail wants a topic: "npm run stack -- topics" lists them.');
      return { command: 'tail', topic, fromBeginning };
    }
    case 'status':
    case 'down':
    case 'reset':
    case 'topics':
    case 'selftest':
      return { command: name };
    default:
      throw new StackProblem(
        `There is no command "${name}"; "npm run stack -- --help" lists them.`,
      );
  }
}

class Reader {
  private readonly rest: string[];

  constructor(args: readonly string[]) {
    // `--only=a,b` is `--only a,b`.
    this.rest = args.flatMap((arg) => {
      const equals = /^(--[a-z-]+)=(.*)$/.exec(arg);
      return equals ? [equals[1] ?? '', equals[2] ?? ''] : [arg];
    });
  }

  flag(name: string): boolean {
    const at = this.rest.indexOf(name);
    if (at >= 0) this.rest.splice(at, 1);
    return at >= 0;
  }

  value(name: string): string | undefined {
    const at = this.rest.indexOf(name);
    if (at < 0) return undefined;
    const [, value] = this.rest.splice(at, 2);
    if (value === undefined || value.startsWith('-')) {
      throw new StackProblem(`${name} wants a value.`);
    }
    return value;
  }

  /** What is left and is no option, at most `count` of it. */
  words(count = Infinity): string[] {
    const words = this.rest.filter((arg) => !arg.startsWith('-')).slice(0, count);
    for (const word of words) this.rest.splice(this.rest.indexOf(word), 1);
    return words;
  }

  end(): void {
    const [left] = this.rest;
    if (left !== undefined) {
      throw new StackProblem(`"${left}" is not understood; see "npm run stack -- --help".`);
    }
  }
}
