/** Promise attacked here: only days are compared that the provider's books can have. */
import { describe, expect, it } from '@jest/globals';
import type { Database } from '#messaging';
import type { ReconciliationWorkers } from '../handlers/reconciliation.workers.js';
import { ReconciliationsController } from './reconciliations.controller.js';

function controller(): { desk: ReconciliationsController; compared: string[] } {
  const compared: string[] = [];
  const workers = { compare: (day: string) => Promise.resolve(void compared.push(day)) };
  const desk = new ReconciliationsController(
    { query: () => Promise.resolve([]) } as unknown as Database,
    workers as unknown as ReconciliationWorkers,
  );
  return { desk, compared };
}

describe('comparing a day', () => {
  it.each(['1970-01-01', '2026-11-25'])('is taken on for %s', async (day) => {
    const { desk, compared } = controller();
    await expect(desk.compare(day)).resolves.toEqual({ day });
    expect(compared).toEqual([day]);
  });

  it.each([
    ['0000-01-01', 400],
    ['1969-12-31', 422],
    ['9999-12-31', 422],
    ['2026-02-30', 400],
    ['2026-11-5', 400],
    ["2026-11-26'", 400],
  ])('is refused for %s, and so is the question what differed', async (day, status) => {
    const { desk, compared } = controller();
    const problem = { problem: { status, errors: [{ field: 'day' }] } };
    await expect(desk.compare(day)).rejects.toMatchObject(problem);
    await expect(desk.one(day)).rejects.toMatchObject(problem);
    expect(compared).toEqual([]);
  });
});
