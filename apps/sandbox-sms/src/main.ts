import { runMain, settings } from '#platform';
import { listeningOf, sandboxSettings } from '#sandbox';
import { createSandboxSms } from './sandbox-sms.js';

void runMain('sandbox-sms', async (context) => {
  const config = settings(sandboxSettings, context.env);
  const sandbox = await createSandboxSms(listeningOf(config, context));
  context.logger.info({ url: sandbox.url }, 'listening');
  return sandbox;
});
