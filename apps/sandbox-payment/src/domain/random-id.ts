import { randomUUID } from 'node:crypto';

/** The part of an id behind its prefix, as long as the real provider's. */
export const randomId = (): string => randomUUID().replaceAll('-', '').slice(0, 24);
