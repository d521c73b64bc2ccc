import { randomBytes } from 'node:crypto';

/** A prefix no other test uses: lower-case letters and digits, good for topics and database names. */
export const testId = (): string => `t${randomBytes(5).toString('hex')}`;
