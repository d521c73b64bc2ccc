import { describe, expect, it } from '@jest/globals';
import {
  SettingsError,
  httpUrl,
  key32,
  milliseconds,
  serviceSettings,
  settings,
  wholeNumber,
} from './settings.js';

const complete = {
  PORT: '3000',
  DATABASE_URL: 'postgres://order:pw@127.0.0.1:5432/order',
  KAFKA_BROKERS: '127.0.0.1:9092, b.example:9093',
};

const problemsOf = (env: Record<string, string>, schema = serviceSettings): string[] => {
  try {
    settings(schema, env);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map(({ variable }) => variable).sort();
  }
};

describe('settings', () => {
  it('gives typed values and defaults', () => {
    expect(settings(serviceSettings, complete)).toEqual({
      PORT: 3000,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      LOG_SAMPLE_EVERY: 1_000,
      DATABASE_URL: 'postgres://order:pw@127.0.0.1:5432/order',
      DATABASE_POOL_SIZE: 10,
      KAFKA_BROKERS: ['127.0.0.1:9092', 'b.example:9093'],
      TOPIC_PREFIX: '',
    });
  });

  it('names every wrong and every missing variable at once', () => {
    const env = { PORT: '70000', KAFKA_BROKERS: 'nohost', LOG_LEVEL: 'loud' };
    expect(problemsOf(env)).toEqual(['DATABASE_URL', 'KAFKA_BROKERS', 'LOG_LEVEL', 'PORT']);
  });

  it('takes an empty variable for an unset one', () => {
    expect(problemsOf({ ...complete, LOG_LEVEL: '', HOST: '  ' })).toEqual([]);
    expect(problemsOf({ ...complete, PORT: '' })).toEqual(['PORT']);
  });

  it.each(['-1', '1.5', '0x10', '1e3', 'ten', '65536'])('refuses the port %s', (PORT) => {
    expect(problemsOf({ ...complete, PORT })).toEqual(['PORT']);
  });

  it.each(['localhost', 'a:1,,b:2', ':9092', 'a:9092,b'])('refuses the brokers %s', (brokers) => {
    expect(problemsOf({ ...complete, KAFKA_BROKERS: brokers })).toEqual(['KAFKA_BROKERS']);
  });

  it('never repeats a wrong value, which may be a secret', () => {
    const schema = serviceSettings.extend({ KEY: key32 });
    const env = { ...complete, DATABASE_URL: 'mysql://hidden', KEY: 'hidden-key' };
    expect(() => settings(schema, env)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hidden') }),
    );
  });

  it('checks the kinds that services add', () => {
    const schema = serviceSettings.extend({
      URL: httpUrl,
      WAIT_MS: milliseconds.default(5),
      SIZE: wholeNumber(1, 3).default(2),
    });
    expect(settings(schema, { ...complete, URL: 'http://a:1/' })).toMatchObject({
      URL: 'http://a:1',
      WAIT_MS: 5,
      SIZE: 2,
    });
    expect(() =>
      settings(schema, { ...complete, URL: 'ftp://a', WAIT_MS: '0', SIZE: '4' }),
    ).toThrow(/URL: .*WAIT_MS: .*SIZE: /);
  });
});
