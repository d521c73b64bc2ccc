import type { LoggerService } from '@nestjs/common';
import { pino, stdTimeFunctions } from 'pino';
import type { DestinationStream, Logger, LoggerOptions } from 'pino';
import { withoutKeys } from './api-key.js';

export type { Logger } from 'pino';

/**
 * Names that never reach the log in clear, at the top and one or two levels down. Secrets should not
 * be handed to the logger in the first place; this is the net below that.
 */
const SECRET_NAMES = [
  'token',
  'sealedToken',
  'password',
  'secret',
  'authorization',
  'cookie',
  'apiKey',
  'connectionString',
  'x-api-key',
  'X-API-Key',
];

/** `name`, `*.name`, `*.*.name`; in brackets, for not every name goes without. */
const atAnyLevel = (name: string): string[] => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`];

/** Postgres quotes the whole row that a statement failed on, a customer's name and address say. */
const QUOTED_ROWS = ['err.detail', 'err.where'];

export interface LoggerSettings {
  readonly service: string;
  /** pino's level, `silent` included. */
  readonly level: string;
}

const options = ({ service, level }: LoggerSettings): LoggerOptions => ({
  level,
  base: { service, pid: process.pid },
  timestamp: stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  redact: {
    paths: [...SECRET_NAMES.flatMap(atAnyLevel), ...QUOTED_ROWS],
    censor: '[secret]',
  },
  // Names are one net, this is the other: a key may stand within an address or an error's message.
  hooks: { streamWrite: withoutKeys },
});

/** JSON lines on stdout; written at once, so that the last line before a crash is there. */
export const createLogger = (settings: LoggerSettings, destination?: DestinationStream): Logger =>
  destination ? pino(options(settings), destination) : pino(options(settings));

/** What a failed boot prints stays in one format too. Nest's info lines are noise: debug. */
export class NestPinoLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest passes the context last, and before it a stack where it has one. */
  private write(
    level: 'trace' | 'debug' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: readonly unknown[],
  ): void {
    const texts = rest.filter((part) => typeof part === 'string');
    const context = texts.at(-1);
    const stack = texts.length > 1 ? texts[0] : undefined;
    if (message instanceof Error) this.logger[level]({ context, err: message }, message.message);
    else this.logger[level]({ context, stack }, String(message));
  }
}
