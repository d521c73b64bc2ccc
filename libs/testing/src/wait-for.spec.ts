import { describe, expect, it } from '@jest/globals';
import { freePort, isPortFree } from './ports.js';
import { waitFor } from './wait-for.js';

describe('waiting for a condition', () => {
  it('gives what the condition gave', async () => {
    let looks = 0;
    const value = await waitFor(() => (++looks < 3 ? undefined : 'there'), {
      what: 'three looks',
      intervalMs: 1,
    });
    expect(value).toBe('there');
  });

  it('names what it waited for and what it saw last', async () => {
    const never = waitFor(() => Promise.resolve(0), {
      what: 'a number',
      timeoutMs: 5,
      intervalMs: 1,
    });
    await expect(never).rejects.toThrow('Waited 5 ms for a number; last seen: 0');
    const failing = waitFor(() => Promise.reject(new Error('refused')), {
      what: 'an answer',
      timeoutMs: 5,
      intervalMs: 1,
    });
    await expect(failing).rejects.toThrow('for an answer; last error: refused');
  });
});

it('gives free ports, never the same twice', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort));
  expect(new Set(ports).size).toBe(20);
  expect(await Promise.all(ports.map((port) => isPortFree(port)))).not.toContain(false);
});
