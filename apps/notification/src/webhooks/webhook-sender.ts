/** Posts messages to endpoints that somebody else chose. */
import { Agent, request } from 'undici';
import type { AddressGuard } from './address-guard.js';

export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface WebhookSender {
  /** @returns the status of the answer. Rejects when there was none. */
  post(request: WebhookRequest): Promise<number>;
}

export interface HttpWebhookOptions {
  readonly guard: AddressGuard;
  /** From connecting to the head of the answer. */
  readonly timeoutMs: number;
  /** Further options of TLS, for tests. */
  readonly tls?: { readonly ca: string };
}

/** Read of an answer, whose text nobody needs, so that its connection can be used again. */
const MAX_ANSWER_BYTES = 16 * 1024;
const KEEP_ALIVE_MS = 5_000;

export class HttpWebhookSender implements WebhookSender {
  private readonly agent: Agent;

  constructor(private readonly options: HttpWebhookOptions) {
    const { guard, timeoutMs, tls } = options;
    this.agent = new Agent({
      connect: { lookup: guard.lookup, timeout: timeoutMs, ...tls },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
    });
  }

  async post({ url, headers, body, signal }: WebhookRequest): Promise<number> {
    const { guard, timeoutMs } = this.options;
    // Kept under other rules, perhaps; and an address in numbers is looked up by nobody.
    const fault = guard.faultOf(new URL(url));
    if (fault !== undefined) throw new Error(`the address ${fault}`);
    // Redirects are answers like others: who moves tells us so, by registering.
    const answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'saga-webhooks/1', ...headers },
      body,
      dispatcher: this.agent,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await answer.body.dump({ limit: MAX_ANSWER_BYTES }).catch(() => undefined);
    return answer.statusCode;
  }

  /** As a Nest provider: by now those who use it have stopped. */
  onApplicationShutdown(): Promise<void> {
    return this.agent.destroy();
  }
}
