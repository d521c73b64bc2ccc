import { milliseconds, runMain, settings } from '#platform';
import { listeningOf, sandboxSettings } from '#sandbox';
import { RETURN_TRANSIT_MS } from './carrier.js';
import { createSandboxCarrier } from './sandbox-carrier.js';

const schema = sandboxSettings.extend({
  RETURN_TRANSIT_MS: milliseconds.default(RETURN_TRANSIT_MS),
});

void runMain('sandbox-carrier', async (context) => {
  const config = settings(schema, context.env);
  const sandbox = await createSandboxCarrier({
    ...listeningOf(config, context),
    returnTransitMs: config.RETURN_TRANSIT_MS,
  });
  context.logger.info({ url: sandbox.url }, 'listening');
  return sandbox;
});
