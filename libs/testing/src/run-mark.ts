import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Set by the test runner; everything its tests start carries it, so that strays can be found. */
export const RUN_VARIABLE = 'SAGA_RUN';

/** Start of the names of temporary folders of a run of the tests. */
export const temporaryPrefix = (run: string): string => `saga-${run}-`;

/** A folder for a server's data, with the mark in its name and so in the server's command line. */
export function temporaryFolder(kind: string): Promise<string> {
  const run = process.env[RUN_VARIABLE] || 'test';
  return mkdtemp(join(tmpdir(), `${temporaryPrefix(run)}${kind}-`));
}
