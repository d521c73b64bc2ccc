import { Webhook } from 'standardwebhooks';
import type { Database, MessagingLog, Outbox } from '#messaging';
import { EffectWorkers, NotNowError } from '#participant';
import { Batcher, runtime, type Sealer } from '#platform';
import {
  disableEndpoints,
  findDeliveries,
  findSealed,
  settleDeliveries,
} from '../persistence/webhook-rows.js';
import {
  RETRY_PAUSES_MS,
  retryPauseMs,
  type Delivery,
  type DeliveryStatus,
  type SealedEndpoint,
} from './webhook.js';
import { MerchantTurns } from './merchant-turns.js';
import type { WebhookSender } from './webhook-sender.js';

export interface WebhookWorkersParts {
  readonly database: Pick<Database, 'query'>;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly sender: WebhookSender;
  /** Of the secrets. */
  readonly sealer: Pick<Sealer, 'open'>;
  /** Most deliveries at a time. */
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly log: MessagingLog;
  /** Default: three days. */
  readonly pausesMs?: readonly number[];
  /** For how long what is put off is waited with, which is no try. Default: three days. */
  readonly patienceMs?: number;
  /** Pause between two looks for work that others left behind. Default: that of the workers. */
  readonly pollMs?: number;
}

type Outcome =
  | { readonly kind: 'unchanged' | 'delivered' | 'dropped' | 'overdue' }
  | { readonly kind: 'gone'; readonly merchantId: string; readonly url: string };

/** The connection, the answer, and the writing of what came of it. */
const LEASE_TIMEOUTS = 4;
const GONE = 410;
const MAX_PROBLEM = 500;
/** Of the deliveries at a time, one merchant who is slow gets one in so many. */
const SLOW_MERCHANTS = 4;
/** Of the time that a delivery may take, a slow merchant takes more than one in so many. */
const SLOW_ANSWER = 10;

const STATUS: Readonly<Record<Exclude<Outcome['kind'], 'unchanged'>, DeliveryStatus>> = {
  delivered: 'delivered',
  dropped: 'dropped',
  gone: 'dropped',
  overdue: 'failed',
};
/** As long as all tries take together. */
const PATIENCE_MS = RETRY_PAUSES_MS.reduce((sum, pauseMs) => sum + pauseMs, 0);
const OVERDUE = 'the endpoint was too slow for all that was to be delivered';

/** Delivers messages to merchants; the subject is the delivery's id. Gives up after days. */
export class WebhookWorkers extends EffectWorkers<Outcome> {
  constructor(parts: WebhookWorkersParts) {
    const { database, outbox, log, pollMs, concurrency, timeoutMs } = parts;
    const { pausesMs = RETRY_PAUSES_MS } = parts;
    const execution = new WebhookExecution(parts);
    super({
      database,
      outbox,
      log,
      ...(pollMs !== undefined && { pollMs }),
      name: 'webhook',
      concurrency,
      leaseMs: timeoutMs * LEASE_TIMEOUTS,
      maxAttempts: pausesMs.length + 1,
      backoff: (attempts) => retryPauseMs(pausesMs, attempts),
      execute: (deliveryId, { signal }) => execution.execute(deliveryId, signal),
      record: async ({ tx }, done) => {
        const gone = done.flatMap(({ outcome }) => (outcome.kind === 'gone' ? [outcome] : []));
        await disableEndpoints(tx, gone, 'gone');
        await settleDeliveries(
          tx,
          done.flatMap(({ subject: deliveryId, outcome: { kind } }) =>
            kind === 'unchanged'
              ? []
              : [
                  {
                    deliveryId,
                    status: STATUS[kind],
                    problem: kind === 'overdue' ? OVERDUE : null,
                  },
                ],
          ),
        );
      },
      failed: async ({ tx }, failures) => {
        const givenUp = failures.filter(({ final }) => final);
        const settled = givenUp.map(({ subject: deliveryId, attempts, error }) => {
          const problem = `${attempts} tries: ${error.message}`.slice(0, MAX_PROBLEM);
          return { deliveryId, status: 'failed' as const, problem: problem.replaceAll('\0', '?') };
        });
        await settleDeliveries(tx, settled);
      },
    });
  }
}

class WebhookExecution {
  private readonly turns: MerchantTurns;
  private readonly patienceMs: number;
  private readonly find: Batcher<
    string,
    readonly [Delivery, SealedEndpoint | undefined] | undefined
  >;

  constructor(private readonly parts: WebhookWorkersParts) {
    const { database, concurrency, timeoutMs, patienceMs = PATIENCE_MS } = parts;
    this.patienceMs = patienceMs;
    const share = Math.max(1, Math.floor(concurrency / SLOW_MERCHANTS));
    const together = Math.max(1, Math.floor(concurrency / 2));
    const slowMs = timeoutMs / SLOW_ANSWER;
    this.turns = new MerchantTurns({ share, together, slowMs, spacingMs: timeoutMs / share });
    // Single reads of concurrent runs, gathered into one statement a table.
    this.find = new Batcher({
      maxItems: 200,
      maxConcurrent: 2,
      run: async (deliveryIds: string[]) => {
        const deliveries = await findDeliveries(database, deliveryIds);
        const merchantIds = [...deliveries.values()].map(({ merchantId }) => merchantId);
        const endpoints = await findSealed(database, [...new Set(merchantIds)]);
        return deliveryIds.map((deliveryId) => {
          const delivery = deliveries.get(deliveryId);
          return delivery && ([delivery, endpoints.get(delivery.merchantId)] as const);
        });
      },
    });
  }

  /**
   * @throws for what is to be tried again: no answer, and every answer that is neither yes nor gone
   * @throws NotNowError while the merchant is slow and has all the connections that he gets
   */
  async execute(deliveryId: string, signal: AbortSignal): Promise<Outcome> {
    const found = await this.find.add(deliveryId);
    if (found?.[0].status !== 'recorded') return { kind: 'unchanged' };
    const [{ messageId, body, merchantId, recordedAt }, endpoint] = found;
    if (!endpoint?.enabled) return { kind: 'dropped' };
    const { url } = endpoint;
    let status: number;
    try {
      status = await this.turns.take(merchantId, () =>
        this.parts.sender.post({
          url,
          headers: this.sign(endpoint, messageId, body),
          body,
          signal,
        }),
      );
    } catch (error) {
      const ageMs = runtime.date().getTime() - recordedAt.getTime();
      if (error instanceof NotNowError && ageMs > this.patienceMs) return { kind: 'overdue' };
      throw error;
    }
    if (status >= 200 && status < 300) return { kind: 'delivered' };
    if (status === GONE) return { kind: 'gone', merchantId, url };
    throw new Error(`the endpoint answered with HTTP ${status}`);
  }

  /** With each secret that is valid: who verifies takes the one it knows. */
  private sign(
    { secret, previousSecret }: SealedEndpoint,
    messageId: string,
    body: string,
  ): Record<string, string> {
    const now = runtime.date();
    const signatures = [secret, ...(previousSecret === null ? [] : [previousSecret])].map(
      (sealed) => new Webhook(this.parts.sealer.open(sealed)).sign(messageId, now, body),
    );
    return {
      'webhook-id': messageId,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': signatures.join(' '),
    };
  }
}
