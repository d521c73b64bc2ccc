import { describe, expect, it } from '@jest/globals';
import { SettingsError, settings } from '#platform';
import { sandboxPaymentSettings } from './settings.js';

const [url, secret] = [{ WEBHOOK_URL: 'http://shop:3003/hook' }, { WEBHOOK_SECRET: 'whsec_x' }];
const read = (env: object) => settings(sandboxPaymentSettings, { PORT: '0', ...env });

describe('the settings of the payment sandbox', () => {
  it('have an address to tell and a secret to sign with, or neither', () => {
    expect(read({})).not.toHaveProperty('WEBHOOK_URL');
    expect(read({ ...url, ...secret })).toMatchObject({ ...url, ...secret });
  });

  it.each([[url], [secret]])('are refused with one of them alone: %j', (alone) => {
    expect(() => read(alone)).toThrow(SettingsError);
    expect(() => read(alone)).toThrow(/WEBHOOK_SECRET/);
  });
});
