import { port, runMain, settings } from '#platform';
import { listeningOf, sandboxSettings } from '#sandbox';
import { createSandboxMail } from './sandbox-mail.js';

const schema = sandboxSettings.extend({ SMTP_PORT: port });

void runMain('sandbox-mail', async (context) => {
  const config = settings(schema, context.env);
  const sandbox = await createSandboxMail({
    ...listeningOf(config, context),
    smtpPort: config.SMTP_PORT,
  });
  context.logger.info({ url: sandbox.url, smtpUrl: sandbox.smtpUrl }, 'listening');
  return sandbox;
});
