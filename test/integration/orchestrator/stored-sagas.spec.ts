/** What is stored is enough to decide every finished saga again, and to say which live ones can move. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/orchestrator';
import { newId, openDatabase, type Database } from '#messaging';
import {
  decide,
  defaultTiming,
  keptEntry,
  newInstance,
  SagaRegistry,
  type Decision,
  type HistoryEntry,
  type SagaDefinition,
  type SagaInstance,
  type SagaMessage,
  type StepContext,
} from '#saga';
import { appendHistory, saveInstances } from '#saga-store';
import { createDatabase, projectRoot, testId, testPostgres } from '#testing';
import { placeOrder as newest } from '../../../apps/orchestrator/src/sagas/place-order.saga.js';
import { returnOrder } from '../../../apps/orchestrator/src/sagas/return-order.saga.js';
import { previewStored } from '../../../tools/sagas/preview-stored.js';
import { replayStored } from '../../../tools/sagas/replay-stored.js';
import { TestLog } from '../messaging/harness.js';

jest.setTimeout(240_000);

/** Whichever version it is by now. */
const placeOrder: SagaDefinition = { ...newest, version: 1 };
const cleanUp: (() => Promise<unknown>)[] = [];
let database: Database;
let databaseUrl: string;

beforeAll(async () => {
  const postgres = await testPostgres();
  cleanUp.unshift(() => postgres.stop());
  const { url, drop } = await createDatabase(postgres, testId());
  cleanUp.unshift(() => drop());
  databaseUrl = url;
  const applicationName = 'stored-sagas';
  database = await openDatabase({
    ...{ url, poolSize: 2, applicationName, migrations },
    log: new TestLog(),
  });
  cleanUp.unshift(() => database.close());
  await addHistoryPartition();
}, 240_000);

afterAll(async () => {
  for (const end of cleanUp) await end();
});

const NOON = Date.UTC(2026, 10, 21, 12);

const addHistoryPartition = () =>
  database.query(
    `create table saga_history_20261121 partition of saga_history
       for values from ('2026-11-21') to ('2026-11-22')`,
  );

/** Runs a saga as far as `steps` are answered, and stores it. */
const stored = (...steps: string[]): Promise<SagaInstance> => storedOf(placeOrder, steps);

/** @param kept what is written of a decision; default: as the engine does it */
const storedOf = async (
  definition: SagaDefinition,
  steps: readonly string[],
  kept: (decision: Decision) => HistoryEntry = keptEntry,
): Promise<SagaInstance> => {
  const { name, version } = definition;
  const head = { definition: name, version, businessKey: newId(), now: NOON };
  let instance = newInstance({ id: newId(), ...head });
  const history: HistoryEntry[] = [];
  const apply = (message: SagaMessage) => {
    const context = { now: NOON, jitter: 0.5, timing: { ...defaultTiming, attempts: 3 } };
    const decision = decide(definition, instance, message, context);
    instance = decision.instance;
    history.push(kept(decision));
  };
  apply({ kind: 'start', messageId: 's', input: definition.examples?.[0]?.input });
  for (const step of steps) {
    const commandId = instance.steps[step]?.command?.commandId ?? '';
    const reply = { kind: 'reply', messageId: step, name: 'done', outcome: 'succeeded' } as const;
    apply({ ...reply, commandId, result: { trackingNumber: 'T-1' } });
  }
  await database.transaction(async (tx) => {
    await saveInstances(tx, [{ instance, partition: 0 }]);
    await appendHistory(
      tx,
      history.map((entry) => ({ instance, entry })),
    );
  });
  return instance;
};

const all = [
  'reserve-stock',
  'charge-payment',
  'secure-stock',
  'book-shipment',
  'confirm-order',
  'hand-over',
  'notify-customer',
];
const changed = (change: Partial<SagaDefinition>) =>
  new SagaRegistry([{ ...placeOrder, ...change }]);

describe('the stored sagas', () => {
  let live: SagaInstance;
  beforeAll(async () => {
    await stored(...all);
    await stored(...all);
    live = await stored('reserve-stock');
  });

  it('are decided again to the same end by the same code', async () => {
    const report = await replayStored(database, new SagaRegistry([placeOrder]), { show: 9 });
    const counts = { same: 2, different: 0, incomplete: 0 };
    expect(report).toEqual({ counts, unmarked: 0, findings: [] });
  });

  it('show where other code would go another way, and those that cannot be told', async () => {
    const shorter = changed({ groups: placeOrder.groups.slice(0, -1) });
    const { counts, findings } = await replayStored(database, shorter, { show: 1 });
    expect(counts).toEqual({ same: 0, different: 2, incomplete: 0 });
    expect(findings).toEqual([expect.stringContaining('different: revision 7 (reply)')]);
    const none = await replayStored(database, changed({ version: 9 }), { show: 0 });
    expect(none.counts.incomplete).toBe(2);
    const other = await replayStored(database, shorter, { definition: 'other', show: 1 });
    expect(other.counts.different).toBe(0);
  });

  it('that are live are compared with another version, and stay as they are', async () => {
    const second = { ...placeOrder, version: 2 };
    const renamed = placeOrder.groups.map((group) =>
      group.map((step) =>
        step.name === 'charge-payment' ? { ...step, name: 'bill-customer' } : step,
      ),
    );
    const anew = <Kept>(of: Readonly<Record<string, Kept>> = {}) => {
      const { 'charge-payment': kept, ...rest } = of;
      return kept === undefined ? rest : { ...rest, 'bill-customer': kept };
    };
    const examples = placeOrder.examples?.map(({ results, mends, ...example }) => ({
      ...{ ...example, results: anew(results), mends: anew(mends) },
    }));
    const registry = new SagaRegistry([
      placeOrder,
      second,
      { ...placeOrder, version: 3, groups: renamed, ...(examples && { examples }) },
    ]);
    expect(await previewStored(database, registry, { to: 2, show: 9 })).toEqual({
      counts: { 'place-order v1 -> v2': { compatible: 1, 'needs-mapping': 0, 'must-stay': 0 } },
      findings: [],
    });
    const latest = await previewStored(database, registry, { show: 9 });
    expect(latest.counts['place-order v1 -> v3']).toMatchObject({ 'needs-mapping': 1 });
    expect(latest.findings[0]).toContain(
      `${live.id} place-order v1 -> v3: needs-mapping: 'charge-payment'`,
    );
    const gone = await previewStored(database, registry, { to: 7, show: 9 });
    expect(gone.findings[0]).toContain('must-stay: v7 is not known here');
    const [row] = await database.query<{ version: number; revision: number }>(
      'select version, revision from saga_instance where id = $1',
      [live.id],
    );
    expect(row).toEqual({ version: 1, revision: live.revision });
  });
});

describe('the command', () => {
  const back = [
    ...['approve-return', 'receive-goods', 'record-receipt', 'restock', 'refund'],
    ...['complete-return', 'notify-customer'],
  ];
  const replayed = async () => {
    const child = spawn(process.execPath, [
      ...[projectRoot('dist/tools/sagas/replay.js'), 'return-order', '--database', databaseUrl],
    ]);
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    return { code, out, err };
  };
  const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join('');

  it('finds sagas the same whose commands say the same, and counts where it cannot know', async () => {
    await storedOf(returnOrder, back);
    await storedOf(returnOrder, back, ({ history }) => history);
    expect(await replayed()).toEqual({
      ...{ code: 0, err: '' },
      out: lines(
        ...['  same        2', '  different   0', '  incomplete  0'],
        'Of 1 that are the same it was not kept what all of their commands said: only ids were compared.',
      ),
    });
  });

  it('finds an amount that a payload would ask for otherwise', async () => {
    const groups = returnOrder.groups.map((group) =>
      group.map((step) => ({
        ...step,
        ...(step.name === 'refund' && {
          payload: (context: StepContext) => ({
            ...(step.payload?.(context) as object),
            amount: 1,
          }),
        }),
      })),
    );
    const { id } = await storedOf({ ...returnOrder, groups }, back);
    const { code, out } = await replayed();
    expect(code).toBe(1);
    expect(out).toContain('different   1\n');
    expect(out).toMatch(
      new RegExp(
        `^${id} return-order: different: revision 5 \\(reply\\): ` +
          `what ${id}:refund says \\(payment.refund-goods\\): then [0-9a-f]{16}, now [0-9a-f]{16}$`,
        'm',
      ),
    );
  });
});
