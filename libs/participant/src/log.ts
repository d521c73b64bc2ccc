import { Logger } from '@nestjs/common';
import type { MessagingLog } from '#messaging';

/** Nest's logger, for where no other was given. */
export function nestLog(context: string): MessagingLog {
  const logger = new Logger(context);
  const line = (fields: object, message: string): string => {
    const shown = Object.entries(fields).map(
      ([name, value]) => `${name}=${value instanceof Error ? value.message : String(value)}`,
    );
    return [message, ...shown].join(' ');
  };
  return {
    debug: (fields, message) => logger.debug(line(fields, message)),
    info: (fields, message) => logger.log(line(fields, message)),
    warn: (fields, message) => logger.warn(line(fields, message)),
    error: (fields, message) => logger.error(line(fields, message)),
  };
}
