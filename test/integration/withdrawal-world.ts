/** The withdrawal service's working parts on a real Postgres, against the bank over real sockets. */
import { randomUUID } from 'node:crypto';
import { WithdrawalDesk } from '../../apps/withdrawal/src/acceptance/withdrawal-desk.js';
import { PayoutWorkers } from '../../apps/withdrawal/src/handlers/payout.workers.js';
import { WithdrawalHandler } from '../../apps/withdrawal/src/handlers/withdrawal.handler.js';
import { learnMerchants } from '../../apps/withdrawal/src/persistence/known-merchants.js';
import { findWithdrawals } from '../../apps/withdrawal/src/persistence/find-withdrawals.js';
import type { Bank } from '../../apps/withdrawal/src/provider/bank.js';
import { HttpBank } from '../../apps/withdrawal/src/provider/http-bank.js';
import {
  createSandboxBank,
  type SandboxBankOptions,
} from '../../apps/sandbox-bank/src/sandbox-bank.js';
import {
  completeWithdrawal,
  nameOfType,
  payOut,
  rejectWithdrawal,
  type PayoutAccount,
  type SagaReply,
} from '#contracts';
import { migrations } from '#migrations/withdrawal';
import { newId, type ReceivedEvent } from '#messaging';
import { Answers, createParticipant } from '#participant';
import { OutboundHttp } from '#platform';
import { testPostgres, waitFor, type PostgresServer } from '#testing';
import { getAll } from '../support/http.js';
import {
  ParticipantDatabase,
  command,
  deliver,
  silent,
  type Replica,
} from './participant-harness.js';

type Sandbox = Awaited<ReturnType<typeof createSandboxBank>>;

export const account: PayoutAccount = {
  ...{ currency: 'GBP', holder: 'The Tea Shop Ltd', number: 'GB33BUKB20201555555555' },
  bank: 'BUKBGB22',
};

/** A payout as the bank's own books have it. */
export interface BookedPayout {
  readonly payoutId: string;
  readonly reference: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: string;
}

export interface WithdrawalReplicaOptions {
  readonly timeoutMs?: number;
  /** Whether it looks for what others left behind, and for retries. Default true. */
  readonly takesOver?: boolean;
  /** Below the bank's own address, to be somewhere it does not answer. */
  readonly path?: string;
  /** Stands between the workers and the bank. */
  readonly around?: (bank: Bank) => Bank;
}

/** All the commands that a saga may send about one withdrawal. */
export const commandsOf = (withdrawalId: string, amount = 5000) => {
  const key = withdrawalId;
  const shown = { ...account, number: '…5555' };
  const wish = { withdrawalId, merchantId: 'tea', currency: 'GBP', amount, account: shown };
  const reason = { code: 'because', message: 'The test wants it.' };
  return {
    pay: command({ name: payOut.name, key, data: wish }),
    reject: command({ name: rejectWithdrawal.name, key, data: { withdrawalId, reason } }),
    complete: command({ name: completeWithdrawal.name, key, data: { withdrawalId } }),
  };
};

export class WithdrawalReplica {
  private constructor(
    readonly replica: Replica,
    private readonly workers: PayoutWorkers,
    private readonly inbox: ReturnType<typeof createParticipant>['inbox'],
    private readonly http: OutboundHttp,
  ) {}

  static async start(
    database: ParticipantDatabase,
    url: string,
    { timeoutMs = 1_000, takesOver = true, path = '', around }: WithdrawalReplicaOptions,
  ): Promise<WithdrawalReplica> {
    const replica = await database.replica();
    const http = new OutboundHttp({
      ...{ target: 'bank', baseUrl: url + path, timeoutMs, halfOpenAfterMs: 100 },
      headers: { authorization: 'Bearer key' },
    });
    const bank = new HttpBank(http);
    const workers = new PayoutWorkers({
      ...{ database: replica.database, outbox: replica.outbox, log: silent },
      answers: new Answers('withdrawal'),
      bank: around?.(bank) ?? bank,
      settings: {
        ...{ OUTBOUND_CONNECTIONS: 64, OUTBOUND_TIMEOUT_MS: timeoutMs },
        ...{ OUTBOUND_BACKOFF_MS: 20, OUTBOUND_BACKOFF_MAX_MS: 200 },
        ...{ PAYOUT_POLL_MS: 20, PAYOUT_POLL_MAX_MS: 100 },
      },
      pollMs: takesOver ? 50 : 3_600_000,
    });
    const { inbox } = createParticipant({
      ...{ participant: 'withdrawal', outbox: replica.outbox, log: silent },
      handlers: [new WithdrawalHandler(workers)],
      parking: { attempts: 4, backoffMs: 10 },
    });
    workers.start();
    return new WithdrawalReplica(replica, workers, inbox, http);
  }

  /** As one batch. */
  async deliver(...events: ReceivedEvent[]): Promise<void> {
    await deliver(this.replica, this.inbox, events);
  }

  /** Asked for, as the API does it. @returns its id */
  async requested(amount = 5000, number = account.number): Promise<string> {
    const merchantId = `tea-${randomUUID()}`;
    const fact = { merchantId, status: 'active', revision: 1 } as const;
    const payoutAccounts = [{ ...account, number }];
    await learnMerchants(this.replica.database, [{ ...fact, payoutAccounts }]);
    const withdrawalId = newId();
    const asked = await new WithdrawalDesk(this.replica.outbox, 1_000).request({
      ...{ withdrawalId, merchantId, currency: 'GBP', amount },
      requestKey: { key: withdrawalId, hash: 'h' },
    });
    if (asked.outcome !== 'accepted') throw new Error(asked.outcome);
    return withdrawalId;
  }

  replies(event: ReceivedEvent): SagaReply[] {
    return this.replica.published
      .filter(({ topic, causationid }) => topic === 'saga.inbox' && causationid === event.id)
      .map(({ data }) => data as SagaReply);
  }

  outcomes(event: ReceivedEvent): string[] {
    return this.replies(event).map(({ outcome }) => outcome);
  }

  /** What was told of it: names and revisions. */
  facts(withdrawalId: string): [string | undefined, number][] {
    return this.replica.published
      .filter(({ topic, key }) => topic === 'withdrawal.events' && key === withdrawalId)
      .map(({ type, data }) => [nameOfType(type), (data as { revision: number }).revision]);
  }

  /** Waits for the final answer to a command. */
  final(event: ReceivedEvent): Promise<SagaReply> {
    const isFinal = ({ outcome }: SagaReply) => outcome === 'succeeded' || outcome === 'refused';
    return waitFor(() => this.replies(event).find(isFinal), {
      ...{ what: `the final answer to ${event.id}`, intervalMs: 5 },
    });
  }

  untilOutcome(event: ReceivedEvent, outcome: string): Promise<unknown> {
    return waitFor(() => this.outcomes(event).includes(outcome), {
      ...{ what: `${event.id} to be ${outcome}`, intervalMs: 5 },
    });
  }

  async withdrawal(withdrawalId: string) {
    return (await findWithdrawals(this.replica.database, [withdrawalId])).get(withdrawalId);
  }

  /** As when a process is gone: whoever had it has it no more. */
  async expireLeases(): Promise<void> {
    await this.replica.database.query(
      `update effect_task set due_at = clock_timestamp()
        where lease_token is not null and worker = 'payout'`,
    );
  }

  /** May be called again. */
  async stop(): Promise<void> {
    await this.workers.stop();
    await this.http.close();
  }
}

export class WithdrawalWorld {
  private readonly replicas: WithdrawalReplica[] = [];

  private constructor(
    readonly server: PostgresServer,
    readonly database: ParticipantDatabase,
    readonly sandbox: Sandbox,
  ) {}

  /** Keys are forgotten at once: what protects must not be the bank's memory of them. */
  static async start(options: SandboxBankOptions = {}): Promise<WithdrawalWorld> {
    const server = await testPostgres();
    const database = await ParticipantDatabase.create(server, async (runner) => {
      for (const Migration of migrations) await new Migration().up(runner);
    });
    const sandbox = await createSandboxBank({ keyLifetimeMs: 1, ...options });
    return new WithdrawalWorld(server, database, sandbox);
  }

  async replica(options: WithdrawalReplicaOptions = {}): Promise<WithdrawalReplica> {
    const replica = await WithdrawalReplica.start(this.database, this.sandbox.url, options);
    this.replicas.push(replica);
    return replica;
  }

  async books(withdrawalId: string): Promise<BookedPayout[]> {
    const payouts = await getAll<BookedPayout>(`${this.sandbox.url}/books`, 1_000);
    return payouts.filter(({ reference }) => reference === withdrawalId);
  }

  /** What somebody at the bank decides. */
  async decide(withdrawalId: string, what: 'pay' | 'refuse'): Promise<void> {
    const [payout] = await this.books(withdrawalId);
    const url = `${this.sandbox.url}/sandbox/payouts/${payout?.payoutId}/${what}`;
    const { status } = await fetch(url, { method: 'POST' });
    if (status >= 300) throw new Error(`POST ${url} answered ${status}`);
  }

  /** Ends the replicas of one test. */
  async stopReplicas(): Promise<void> {
    this.sandbox.mood.set({ mode: 'ok' });
    await Promise.all(this.replicas.splice(0).map((replica) => replica.stop()));
  }

  async stop(): Promise<void> {
    await this.stopReplicas();
    await this.sandbox.stop();
    await this.database.close();
    await this.server.stop();
  }
}
