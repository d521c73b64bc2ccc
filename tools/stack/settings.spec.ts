import { describe, expect, it } from '@jest/globals';
import { appPorts, appUrl, stackSettings } from './settings.js';

describe('settings of the stack', () => {
  it('have the documented ports', () => {
    const settings = stackSettings({});
    expect(appUrl(settings, 'order')).toBe('http://127.0.0.1:3000');
    expect(appPorts(settings, 'sandbox-mail')).toEqual({ PORT: 4003, SMTP_PORT: 4025 });
  });

  it('move every port by the offset', () => {
    const settings = stackSettings({ STACK_PORT_OFFSET: '1000' });
    expect(appPorts(settings, 'sandbox-mail')).toEqual({ PORT: 5003, SMTP_PORT: 5025 });
    expect(settings.postgresPort - stackSettings({}).postgresPort).toBe(1000);
    expect(settings.kafkaPort - stackSettings({}).kafkaPort).toBe(1000);
  });

  it.each([
    [{ STACK_PORT_OFFSET: 'many' }, 'STACK_PORT_OFFSET'],
    [{ STACK_KAFKA: 'cloud' }, 'STACK_KAFKA'],
  ])('name what is wrong: %j', (env, name) => {
    expect(() => stackSettings(env)).toThrow(name);
  });
});
