import { describe, expect, it } from '@jest/globals';
import { checkHealth, type HealthPart } from './health.js';

const up = (name: string, detail?: string): HealthPart => ({
  name,
  required: true,
  check: async () => detail,
});
const down = (name: string, required: boolean): HealthPart => ({
  name,
  required,
  check: () => Promise.reject(new Error('refused')),
});

describe('checkHealth', () => {
  it('is ok when all parts are up', async () => {
    expect(await checkHealth([up('db'), up('kafka', '3 brokers')])).toEqual({
      status: 'ok',
      parts: { db: { status: 'up' }, kafka: { status: 'up', detail: '3 brokers' } },
    });
  });

  it('is degraded without a part it can do without, and in error without a required one', async () => {
    const degraded = await checkHealth([up('db'), down('kafka', false)]);
    expect(degraded.status).toBe('degraded');
    expect(degraded.parts['kafka']).toEqual({ status: 'down', detail: 'refused' });
    const error = await checkHealth([down('db', true), down('kafka', false)]);
    expect(error.status).toBe('error');
  });

  it('takes a part that throws at once or never answers for down', async () => {
    const thrown: HealthPart = {
      name: 'thrown',
      required: true,
      check: () => {
        throw new Error('bug');
      },
    };
    const silent: HealthPart = {
      name: 'silent',
      required: false,
      check: () => new Promise(() => {}),
    };
    const report = await checkHealth([thrown, silent], 10);
    expect(report).toMatchObject({
      status: 'error',
      parts: {
        thrown: { status: 'down', detail: 'bug' },
        silent: { status: 'down', detail: 'no answer within 10 ms' },
      },
    });
  });
});
