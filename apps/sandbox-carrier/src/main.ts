import { runMain, settings } from '#platform';
import { listeningOf, sandboxSettings } from '#sandbox';
import { createSandboxCarrier } from './sandbox-carrier.js';

void runMain('sandbox-carrier', async (context) => {
  const config = settings(sandboxSettings, context.env);
  const sandbox = await createSandboxCarrier(listeningOf(config, context));
  context.logger.info({ url: sandbox.url }, 'listening');
  return sandbox;
});
