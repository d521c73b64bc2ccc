import { describe, expect, it } from '@jest/globals';
import { newApiKey } from './api-key.js';
import { NestPinoLogger, createLogger } from './logger.js';
import { runtime } from './runtime.js';

function captured(level = 'trace') {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger(
    { service: 'demo', level },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  return { logger, lines };
}

describe('the logger', () => {
  it('writes JSON lines that name the service and the level', () => {
    const { logger, lines } = captured();
    logger.info({ orderId: '1' }, 'accepted');
    expect(lines).toEqual([
      expect.objectContaining({ service: 'demo', level: 'info', orderId: '1', msg: 'accepted' }),
    ]);
  });

  it('never shows a secret', () => {
    const { logger, lines } = captured();
    logger.info({
      token: 'hidden',
      payment: { token: 'hidden', sealedToken: 'hidden' },
      headers: { authorization: 'hidden' },
      options: { database: { password: 'hidden' } },
    });
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain('hidden');
  });

  it('never shows a key, by its name or wherever else it stands', () => {
    const { logger, lines } = captured();
    const keyId = runtime.uuid();
    const { apiKey } = newApiKey('sk', keyId);
    const secret = apiKey.slice(-43);
    logger.info({ req: { headers: { 'x-api-key': 'hidden', 'X-API-Key': 'hidden' } } });
    logger.child({ url: `/a?key=${apiKey}` }).error({ err: new Error(`not ${apiKey}`) }, apiKey);
    expect(JSON.stringify(lines)).not.toContain('hidden');
    expect(JSON.stringify(lines)).not.toContain(secret);
    expect(JSON.stringify(lines)).toContain(keyId);
  });

  it('never shows the row that a statement of Postgres failed on', () => {
    const { logger, lines } = captured();
    const detail = 'Failing row contains (17850, Kim Doe, kim@example.com).';
    logger.error({ err: Object.assign(new Error('a check failed'), { code: '23514', detail }) });
    expect(lines[0]).toMatchObject({ err: { message: 'a check failed', code: '23514' } });
    expect(JSON.stringify(lines)).not.toContain('Kim');
  });

  it('takes what Nest logs, its context and its stacks', () => {
    const { logger, lines } = captured();
    const nest = new NestPinoLogger(logger);
    nest.log('started', 'Router');
    nest.error('failed', 'the stack', 'Router');
    nest.error(new Error('thrown'), 'Router');
    expect(lines).toEqual([
      expect.objectContaining({ level: 'debug', context: 'Router', msg: 'started' }),
      expect.objectContaining({ level: 'error', context: 'Router', stack: 'the stack' }),
      expect.objectContaining({ level: 'error', context: 'Router', msg: 'thrown' }),
    ]);
  });
});
