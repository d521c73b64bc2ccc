/** The settings that every sandbox has; `runMain` reports what is wrong with them. */
import { join } from 'node:path';
import { httpUrl, serviceSettings, type MainContext } from '#platform';
import { z } from 'zod';
import type { SandboxListening } from './http.js';

export const sandboxSettings = serviceSettings
  .pick({ PORT: true, HOST: true, LOG_LEVEL: true })
  .extend({
    /** Folder of the journal; unset = the books live in memory only. */
    SANDBOX_DATA_DIR: z.string().optional(),
  });

/** For sandboxes that tell others what happened; the two belong together. */
export const webhookSettings = {
  WEBHOOK_URL: httpUrl.optional(),
  /** Signs them: the receiver has it as well. */
  WEBHOOK_SECRET: z.string().min(1).optional(),
};

interface WebhookSettings {
  readonly WEBHOOK_URL?: string | undefined;
  readonly WEBHOOK_SECRET?: string | undefined;
}

/** For `refine`: nobody is told unsigned, and a secret without an address would tell nobody. */
export const webhooksTogether: [
  (given: WebhookSettings) => boolean,
  { path: string[]; error: string; when: (payload: { issues: unknown[] }) => boolean },
] = [
  ({ WEBHOOK_URL, WEBHOOK_SECRET }) =>
    (WEBHOOK_URL === undefined) === (WEBHOOK_SECRET === undefined),
  {
    path: ['WEBHOOK_SECRET'],
    error: 'is needed with WEBHOOK_URL, and of no use without',
    // An address that is wrong is one problem, not two.
    when: ({ issues }) => issues.length === 0,
  },
];

export const listeningOf = (
  config: z.output<typeof sandboxSettings>,
  { logger }: MainContext,
): SandboxListening => ({
  port: config.PORT,
  host: config.HOST,
  dataDir: config.SANDBOX_DATA_DIR,
  onFault: (error) => logger.error({ err: error }, 'a request failed'),
});

/** The journal file of a sandbox, or undefined for memory only. */
export const journalFile = (dataDir: string | undefined, name: string): string | undefined =>
  dataDir === undefined ? undefined : join(dataDir, `${name}.jsonl`);
