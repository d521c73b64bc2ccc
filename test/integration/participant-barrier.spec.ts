import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { releaseStock, reserveStock } from '#contracts';
import type { ReceivedEvent, UnitOfWork } from '#messaging';
import {
  accepted,
  Answers,
  createParticipant,
  pending,
  readCommand,
  refuse,
  succeed,
  type AdmittedCommand,
  type Answer,
  type CommandAddress,
  type CommandHandler,
} from '#participant';
import { startPostgres, waitFor, type PostgresServer } from '#testing';
import { barrierV1Up } from '../../migrations/shared/barrier-v1.js';
import {
  command,
  day,
  deliver,
  Gate,
  Meeting,
  newOrderId,
  ParticipantDatabase,
  silent,
  type Replica,
} from './participant-harness.js';

/**
 * A handler without any protection of its own: it counts what it did. Only the barrier stands
 * between a repeated message and a repeated effect.
 */
class CountingHandler implements CommandHandler {
  readonly participant = 'inventory';
  readonly commands = [reserveStock, releaseStock];
  /** Runs before the effect; throws what it likes. */
  before: (commands: readonly AdmittedCommand[]) => Promise<void> = () => Promise.resolve();
  answer: (command: AdmittedCommand) => Answer = ({ undoes }) =>
    undoes
      ? succeed('inventory.stock-released', {})
      : succeed('inventory.stock-reserved', { expiresAt: 'later' });

  async handle(unit: UnitOfWork, commands: readonly AdmittedCommand[]): Promise<Answer[]> {
    await this.before(commands);
    await unit.tx.query(
      `insert into effect (order_id, done, undone)
       select * from unnest($1::text[], $2::int[], $3::int[])`,
      [
        commands.map(({ address }) => address.businessKey),
        commands.map(({ undoes }) => (undoes ? 0 : 1)),
        commands.map(({ undoes }) => (undoes ? 1 : 0)),
      ],
    );
    return commands.map(this.answer);
  }
}

const PARKING = { attempts: 3, backoffMs: 1 };

describe('the barrier on Postgres', () => {
  let server: PostgresServer;
  let database: ParticipantDatabase;
  let replica: Replica;
  let handler: CountingHandler;

  beforeAll(async () => {
    server = await startPostgres({ fsync: false });
    database = await ParticipantDatabase.create(server, async (runner) => {
      await barrierV1Up(runner);
      await runner.query(
        `create table effect (
           no bigint generated always as identity, order_id text, done int, undone int)`,
      );
    });
  }, 240_000);
  afterAll(async () => {
    await database.close();
    await server.stop();
  });
  beforeEach(async () => {
    replica = await database.replica();
    handler = new CountingHandler();
  });

  const participant = (on: Replica, by: CommandHandler) =>
    createParticipant({
      participant: 'inventory',
      handlers: [by],
      outbox: on.outbox,
      parking: PARKING,
      log: silent,
    });
  const inboxOf = (on: Replica, by: CommandHandler = handler) => participant(on, by).inbox;
  const reserve = (order: string, more = {}): ReceivedEvent =>
    command({
      name: reserveStock.name,
      key: order,
      id: `${order}:reserve`,
      data: { orderId: order, items: [{ productId: 'A', quantity: 1 }] },
      ...more,
    });
  const release = (order: string): ReceivedEvent =>
    command({
      name: releaseStock.name,
      key: order,
      undoes: `${order}:reserve`,
      data: { orderId: order },
    });
  const effectOf = async (order: string) => {
    const [sum] = await replica.database.query<{ done: number; undone: number }>(
      `select coalesce(sum(done), 0)::int as done, coalesce(sum(undone), 0)::int as undone
         from effect where order_id = $1`,
      [order],
    );
    return sum;
  };
  const stateOf = async (commandId: string) => {
    const [row] = await replica.database.query<{ state: string }>(
      'select state from barrier where command_id = $1',
      [commandId],
    );
    return row?.state;
  };
  const parked = () => replica.database.query('select command_id from parked_command');

  it('handles a command once, however often and with whatever neighbours it comes', async () => {
    const [one, two] = [newOrderId(), newOrderId()];
    const inbox = inboxOf(replica);
    await deliver(replica, inbox, [reserve(one), reserve(one)]);
    await deliver(replica, inbox, [reserve(two), reserve(one)]);
    await deliver(replica, inbox, [reserve(one), reserve(two)]);
    expect(await effectOf(one)).toEqual({ done: 1, undone: 0 });
    expect(await effectOf(two)).toEqual({ done: 1, undone: 0 });
    const id = `${one}:reserve#succeeded`;
    expect(replica.replies(`${one}:reserve`).map((reply) => reply.id)).toEqual([id, id, id]);
  });

  it('refuses for ever a command whose compensation came first', async () => {
    const order = newOrderId();
    const inbox = inboxOf(replica);
    await deliver(replica, inbox, [release(order)]);
    await deliver(replica, inbox, [reserve(order)]);
    await deliver(replica, inbox, [reserve(order, { redrive: true }), release(order)]);
    expect(await effectOf(order)).toEqual({ done: 0, undone: 1 });
    expect(replica.replies(`${order}:reserve`)).toEqual([
      { id: `${order}:reserve#refused`, outcome: 'refused', code: 'undone' },
      { id: `${order}:reserve#refused`, outcome: 'refused', code: 'undone' },
    ]);
    expect(replica.replies(`${order}:reserve:undo`)).toHaveLength(2);
  });

  it('refuses what comes too late, and writes nothing into days that are gone', async () => {
    const order = newOrderId();
    await deliver(replica, inboxOf(replica), [reserve(order, { issuedOn: day(-11) })]);
    await deliver(replica, inboxOf(replica), [reserve(newOrderId(), { issuedOn: day(-400) })]);
    expect(replica.replies().map(({ code }) => code)).toEqual(['expired', 'expired']);
    expect(await effectOf(order)).toEqual({ done: 0, undone: 0 });
    expect(await stateOf(`${order}:reserve`)).toBe('handled');
  });

  describe('with two replicas at the same moment', () => {
    it('lets only one of them handle the same commands, in whatever order', async () => {
      const other = await database.replica();
      const orders = Array.from({ length: 50 }, newOrderId);
      const meeting = new Meeting(2);
      handler.before = () => meeting.arrive();
      const events = orders.map((order) => reserve(order));
      const repeats = await Promise.all([
        deliver(replica, inboxOf(replica), events),
        deliver(other, inboxOf(other), events.toReversed()),
      ]);
      expect(new Set(repeats)).toEqual(new Set([0, 1]));
      for (const order of orders) expect(await effectOf(order)).toEqual({ done: 1, undone: 0 });
    });

    it('never lets a command pass behind the back of its compensation', async () => {
      const other = await database.replica();
      const orders = Array.from({ length: 20 }, newOrderId);
      const meeting = new Meeting(2);
      handler.before = () => meeting.arrive();
      await Promise.all([
        deliver(
          replica,
          inboxOf(replica),
          orders.map((order) => reserve(order)),
        ),
        deliver(other, inboxOf(other), orders.map(release)),
      ]);
      for (const order of orders) {
        const refused = replica.replies(`${order}:reserve`).some(({ code }) => code === 'undone');
        expect(await effectOf(order)).toEqual({ done: refused ? 0 : 1, undone: 1 });
        expect(await stateOf(`${order}:reserve`)).toBe(refused ? 'tombstone' : 'handled');
        // Undone after it was done, never the other way round. The place in the table would not
        // tell: what is repeated may take the room of what was rolled back.
        const rows = await replica.database.query<{ done: number }>(
          'select done from effect where order_id = $1 order by no',
          [order],
        );
        if (!refused) expect(rows.map(({ done }) => done)).toEqual([1, 0]);
      }
    });
  });

  describe('with a command that makes its handler throw', () => {
    const throwFor = (order: string, message = 'boom') =>
      (handler.before = (commands) =>
        commands.some(({ address }) => address.businessKey === order)
          ? Promise.reject(new Error(message))
          : Promise.resolve());

    it('parks that one and handles all others', async () => {
      const orders = Array.from({ length: 9 }, newOrderId);
      const bad = orders[4] as string;
      throwFor(bad);
      const { inbox, parkingWorker } = participant(replica, handler);
      await deliver(
        replica,
        inbox,
        orders.map((order) => reserve(order)),
      );
      for (const order of orders) {
        expect(await effectOf(order)).toEqual({ done: order === bad ? 0 : 1, undone: 0 });
      }
      expect(replica.replies(`${bad}:reserve`)).toEqual([
        { id: `${bad}:reserve#parked`, outcome: 'parked', code: 'parked' },
      ]);

      handler.before = () => Promise.resolve();
      await waitFor(() => parkingWorker.retryNext(), { what: 'the retry to be due' });
      expect(await effectOf(bad)).toEqual({ done: 1, undone: 0 });
      expect(replica.replies(`${bad}:reserve`).at(-1)?.id).toBe(`${bad}:reserve#succeeded.2`);
      expect(await parked()).toEqual([]);
      expect(await parkingWorker.retryNext()).toBe(false);
    });

    it('makes one dead letter after the last try, and one effect of any number of redrives', async () => {
      const order = newOrderId();
      throwFor(order, 'boom \u0000 boom');
      const { inbox, parkingWorker } = participant(replica, handler);
      await deliver(replica, inbox, [reserve(order)]);
      for (let tries = 1; tries < PARKING.attempts; tries += 1) {
        await waitFor(() => parkingWorker.retryNext(), { what: 'the retry to be due' });
      }
      expect(await parked()).toEqual([]);
      expect(await stateOf(`${order}:reserve`)).toBe('dead');
      await deliver(replica, inbox, [reserve(order), reserve(order)]);
      expect(replica.deadLetters()).toHaveLength(1);
      expect(replica.replies(`${order}:reserve`).map(({ outcome }) => outcome)).toEqual([
        'parked',
        'dead',
        'dead',
      ]);

      handler.before = () => Promise.resolve();
      const redriven = reserve(order, { redrive: true });
      await deliver(replica, inbox, [redriven, redriven]);
      await deliver(replica, inbox, [redriven]);
      expect(await effectOf(order)).toEqual({ done: 1, undone: 0 });
      expect(replica.deadLetters()).toHaveLength(1);
      expect(replica.replies(`${order}:reserve`).at(-1)?.outcome).toBe('succeeded');
    });

    it('has one effect when it is redriven on two replicas at the same moment', async () => {
      const order = newOrderId();
      throwFor(order);
      const { inbox, parkingWorker } = participant(replica, handler);
      await deliver(replica, inbox, [reserve(order)]);
      await waitFor(
        async () => {
          await parkingWorker.retryNext();
          return (await stateOf(`${order}:reserve`)) === 'dead';
        },
        { what: 'the command to be given up' },
      );
      const other = await database.replica();
      const meeting = new Meeting(2);
      handler.before = () => meeting.arrive();
      const redriven = [reserve(order, { redrive: true })];
      await Promise.all([
        deliver(replica, inbox, redriven),
        deliver(other, inboxOf(other), redriven),
      ]);
      expect(await effectOf(order)).toEqual({ done: 1, undone: 0 });
    });

    it('forgets the parked command when it is undone', async () => {
      const order = newOrderId();
      throwFor(order);
      const { inbox, parkingWorker } = participant(replica, handler);
      await deliver(replica, inbox, [reserve(order)]);
      handler.before = () => Promise.resolve();
      await deliver(replica, inbox, [release(order)]);
      expect(await parked()).toEqual([]);
      expect(await parkingWorker.retryNext()).toBe(false);
      await deliver(replica, inbox, [reserve(order)]);
      expect(await effectOf(order)).toEqual({ done: 0, undone: 1 });
      expect(replica.replies(`${order}:reserve`).at(-1)?.code).toBe('undone');
    });

    it('undoes a parked command that is being tried at that very moment', async () => {
      const order = newOrderId();
      throwFor(order);
      const { inbox, parkingWorker } = participant(replica, handler);
      await deliver(replica, inbox, [reserve(order)]);

      const [trying, go] = [new Gate(), new Gate()];
      handler.before = ([first]) => {
        if (first?.undoes) return Promise.resolve();
        trying.open();
        return go.passed;
      };
      const retried = waitFor(() => parkingWorker.retryNext(), { what: 'the retry to be due' });
      await trying.passed;
      const other = await database.replica();
      const undone = deliver(other, inboxOf(other), [release(order)]);
      await waitFor(
        () =>
          replica.database
            .query(
              `select 1 from pg_stat_activity
              where datname = current_database() and wait_event_type = 'Lock'`,
            )
            .then((rows) => rows.length > 0),
        { what: 'the compensation to wait for the retry' },
      );
      go.open();
      await Promise.all([retried, undone]);
      expect(await effectOf(order)).toEqual({ done: 1, undone: 1 });
      expect(await stateOf(`${order}:reserve`)).toBe('handled');
      expect(await parked()).toEqual([]);
    });

    it('does not hold up the others while it is being tried', async () => {
      handler.before = () => Promise.reject(new Error('boom'));
      await deliver(replica, inboxOf(replica), [reserve(newOrderId()), reserve(newOrderId())]);

      const [trying, go] = [new Gate(), new Gate()];
      handler.before = () => {
        handler.before = () => Promise.resolve();
        trying.open();
        return go.passed;
      };
      const retry = (on: Replica) => {
        const { parkingWorker } = participant(on, handler);
        return waitFor(() => parkingWorker.retryNext(), { what: 'a retry to be due' });
      };
      const slow = retry(replica);
      await trying.passed;
      const next = retry(await database.replica());
      const isOneLeft = async () => (await parked()).length === 1;
      await waitFor(isOneLeft, { what: 'the next one to be handled' }).finally(() => go.open());
      await Promise.all([slow, next]);
      expect(await parked()).toEqual([]);
    });

    it('is tried by one replica at a time', async () => {
      const orders = Array.from({ length: 10 }, newOrderId);
      handler.before = () => Promise.reject(new Error('boom'));
      const other = await database.replica();
      const workers = [participant(replica, handler), participant(other, handler)];
      await deliver(
        replica,
        inboxOf(replica),
        orders.map((order) => reserve(order)),
      );
      handler.before = () => Promise.resolve();
      await waitFor(
        async () => {
          await Promise.all(workers.map(({ parkingWorker }) => parkingWorker.retryNext()));
          return (await parked()).length === 0;
        },
        { what: 'all parked commands to be handled' },
      );
      for (const order of orders) expect(await effectOf(order)).toEqual({ done: 1, undone: 0 });
    });
  });

  describe('an answer that comes later', () => {
    const addressOf = (order: string) => ({
      commandId: `${order}:reserve`,
      issuedOn: day(),
      sagaId: 'saga',
      businessKey: order,
    });
    const captured = succeed('inventory.stock-reserved', { expiresAt: 'now' });
    const answers = new Answers('inventory');
    const answer = (order: string, given: Answer) =>
      replica.outbox.transaction((unit) =>
        answers.answer(unit, [{ to: addressOf(order), answer: given }]),
      );

    it('becomes what a repeated command is told', async () => {
      const order = newOrderId();
      handler.answer = accepted;
      const inbox = inboxOf(replica);
      await deliver(replica, inbox, [reserve(order)]);
      await deliver(replica, inbox, [reserve(order)]);
      const inProgress = { id: `${order}:reserve#pending`, code: 'in-progress' };
      expect(replica.replies()).toMatchObject([inProgress]);
      await answer(order, pending());
      await answer(order, captured);
      await deliver(replica, inbox, [reserve(order)]);
      expect(replica.replies().map(({ id }) => id)).toEqual([
        inProgress.id,
        `${order}:reserve#pending`,
        `${order}:reserve#succeeded.2`,
        `${order}:reserve#succeeded.2`,
      ]);
    });

    it('is not overtaken by a pending one', async () => {
      const order = newOrderId();
      handler.answer = accepted;
      await deliver(replica, inboxOf(replica), [reserve(order)]);
      const no = refuse('inventory.stock-insufficient', {}, { code: 'no', message: 'never' });
      await answer(order, no);
      await answer(order, pending());
      await deliver(replica, inboxOf(replica), [reserve(order)]);
      expect(replica.replies().map(({ outcome }) => outcome)).toEqual(['refused', 'refused']);
    });

    it('carries on the processing chain, as an answer at once does', async () => {
      const [first, second] = [reserve(newOrderId()), reserve(newOrderId())];
      await deliver(replica, inboxOf(replica), [first]);
      handler.answer = accepted;
      await deliver(replica, inboxOf(replica), [second]);
      const read = readCommand(second, new Map());
      if (read.kind === 'unreadable') throw new Error(read.reason.message);
      // as a domain row keeps it until the outside world has answered
      const to = JSON.parse(JSON.stringify(read.command.address)) as CommandAddress;
      await replica.outbox.transaction((unit) => answers.answer(unit, [{ to, answer: captured }]));
      const [atOnce, later] = replica.published;
      expect(atOnce?.extensions?.['chain']).toBe(`1 1*${first.type}`);
      expect(later?.extensions).toEqual(atOnce?.extensions);
    });

    it('is sent even when its barrier row is gone', async () => {
      await answer(newOrderId(), captured);
      expect(replica.replies()).toHaveLength(1);
    });
  });

  it('takes a batch of 500 through in two statements of its own', async () => {
    const events = Array.from({ length: 500 }, () => reserve(newOrderId()));
    replica.statements = [];
    await deliver(replica, inboxOf(replica), events);
    expect(replica.statements).toHaveLength(3);
    expect(replica.replies()).toHaveLength(500);
    replica.statements = [];
    await deliver(replica, inboxOf(replica), events);
    expect(replica.statements).toHaveLength(1);
  });
});
