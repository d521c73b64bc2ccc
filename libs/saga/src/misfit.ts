import type { z } from 'zod';

/** What does not fit, for a person: paths and rules only, because values may be secret. */
export const misfitOf = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
