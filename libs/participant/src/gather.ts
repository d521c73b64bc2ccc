/** Single reads and writes of effects that run side by side, gathered into one statement each. */
import type { Outbox, UnitOfWork } from '#messaging';
import { Batcher } from '#platform';
import type { EffectDone } from './effect-options.js';

const MAX_ITEMS = 200;

/** @param find rows by their ids; one that is missing is undefined */
export function gatherFinds<Row>(
  find: (ids: string[]) => Promise<ReadonlyMap<string, Row>>,
): (id: string) => Promise<Row | undefined> {
  const finds = new Batcher({
    maxItems: MAX_ITEMS,
    maxConcurrent: 2,
    run: async (ids: string[]) => {
      const rows = await find(ids);
      return ids.map((id) => rows.get(id));
    },
  });
  return (id) => finds.add(id);
}

/** What has come of an effect so far, recorded while it goes on. */
export function gatherOutcomes<Outcome>(
  outbox: Pick<Outbox, 'transaction'>,
  record: (unit: UnitOfWork, done: readonly EffectDone<Outcome>[]) => Promise<void>,
): (subject: string, outcome: Outcome) => Promise<void> {
  const outcomes = new Batcher({
    maxItems: MAX_ITEMS,
    maxConcurrent: 1,
    run: async (done: EffectDone<Outcome>[]) => {
      await outbox.transaction((unit) => record(unit, done));
      return done.map(() => undefined);
    },
  });
  return (subject, outcome) => outcomes.add({ subject, outcome });
}
