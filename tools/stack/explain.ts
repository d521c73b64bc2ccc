import { ProcessFailure } from '#testing';
import { StackProblem } from './settings.js';

interface Explanation {
  readonly pattern: RegExp;
  readonly say: (name: string) => string;
}

const reset = '"npm run stack -- reset" deletes the data and begins anew';

const explanations: readonly Explanation[] = [
  { pattern: /No space left on device|ENOSPC/i, say: () => 'the disk is full' },
  {
    pattern: /address already in use|EADDRINUSE|Failed to bind|Socket server failed to bind/i,
    say: () => 'its port was taken by another program just now',
  },
  {
    pattern: /database files are incompatible/i,
    say: () => `its data is damaged, or was made by another version of Postgres; ${reset}`,
  },
  {
    pattern: /lock file "postmaster.pid" already exists|Failed to acquire lock on file \.lock/i,
    say: () => 'another process still uses its data folder',
  },
  {
    pattern: new RegExp(
      [
        'could not locate a valid checkpoint record',
        'is not a valid data directory|could not access directory|is missing or empty',
        'invalid (record|checkpoint|magic)|could not (read|open) (file|directory|control file)',
        'incorrect checksum|could not find WAL|unexpected data beyond EOF',
        'CorruptRecordException|InvalidRecordException|InconsistentClusterId|InconsistentBroker',
        'node ID not found in|No readable meta\\.properties|meta\\.properties.*(missing|invalid)|No meta\\.properties',
        'Unexpected metadata version|KafkaStorageException|doesn.t match stored',
      ].join('|'),
      'i',
    ),
    say: () => `its data folder is damaged; ${reset}`,
  },
  {
    pattern: /OutOfMemoryError|Cannot allocate memory|could not map anonymous shared memory/i,
    say: () => 'there is not enough memory',
  },
];

/**
 * What to tell the user of a failed start: one line with the cause, and where it is not known the
 * last lines the process wrote.
 */
export function explain(name: string, error: unknown): string {
  if (error instanceof StackProblem) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  const known = explanations.find(({ pattern }) => pattern.test(text));
  if (!(error instanceof ProcessFailure)) return `${name}: ${known?.say(name) ?? text}`;
  if (known) return `${name} did not start: ${known.say(name)} (log: ${error.logFile}).`;
  const lines = error.lastLines.map((line) => `    ${line}`);
  return [`${error.summary}. Its last lines (${error.logFile}):`, ...lines].join('\n');
}
