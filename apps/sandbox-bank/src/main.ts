import { runMain, settings } from '#platform';
import { listeningOf } from '#sandbox';
import { createSandboxBank } from './sandbox-bank.js';
import { sandboxBankSettings } from './settings.js';

void runMain('sandbox-bank', async (context) => {
  const config = settings(sandboxBankSettings, context.env);
  const sandbox = await createSandboxBank({
    ...listeningOf(config, context),
    slowPayoutMs: config.SLOW_PAYOUT_MS,
  });
  context.logger.info({ url: sandbox.url }, 'listening');
  return sandbox;
});
