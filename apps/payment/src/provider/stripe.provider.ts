/**
 * The port through the provider's own package. Its requests take our way out, so that the breaker,
 * the limits and the errors are those of all our calls; it repeats nothing, because we do.
 */
import { OutboundError, type OutboundHttp, type OutboundRequest } from '#platform';
import { Stripe } from 'stripe';
import { TARGET, problemOf } from './intents-answers.js';
import { API_VERSION } from './intents-parameters.js';
import { IntentsProvider, type IntentsApi, type Result } from './intents.provider.js';

export interface StripeSettings {
  /** The same address as that of `http`. */
  readonly url: string;
  readonly key: string;
}

export class StripeProvider extends IntentsProvider {
  constructor(http: Pick<OutboundHttp, 'request'>, settings: StripeSettings) {
    super(new PackageApi(stripeOver(http, settings)));
  }
}

const stripeOver = (http: Pick<OutboundHttp, 'request'>, { url, key }: StripeSettings): Stripe => {
  const { protocol, hostname, port } = new URL(url);
  return new Stripe(key, {
    host: hostname,
    ...(port && { port }),
    protocol: protocol === 'http:' ? 'http' : 'https',
    httpClient: new OutboundClient(http),
    apiVersion: API_VERSION,
    maxNetworkRetries: 0,
    telemetry: false,
  });
};

class PackageApi implements IntentsApi {
  constructor(private readonly stripe: Stripe) {}

  createCustomer(parameters: Stripe.CustomerCreateParams, idempotencyKey: string): Promise<Result> {
    return ask(this.stripe.customers.create(parameters, { idempotencyKey }));
  }

  createIntent(
    parameters: Stripe.PaymentIntentCreateParams,
    idempotencyKey: string,
  ): Promise<Result> {
    return ask(this.stripe.paymentIntents.create(parameters, { idempotencyKey }));
  }

  confirmIntent(id: string, parameters: Stripe.PaymentIntentConfirmParams): Promise<Result> {
    return ask(this.stripe.paymentIntents.confirm(id, parameters));
  }

  findIntent(id: string): Promise<Result> {
    return ask(this.stripe.paymentIntents.retrieve(id));
  }

  cancelIntent(id: string): Promise<Result> {
    return ask(this.stripe.paymentIntents.cancel(id));
  }

  listIntents(query: Stripe.PaymentIntentListParams): Promise<Result> {
    return ask(this.stripe.paymentIntents.list(query));
  }

  createRefund(parameters: Stripe.RefundCreateParams, idempotencyKey: string): Promise<Result> {
    return ask(this.stripe.refunds.create(parameters, { idempotencyKey }));
  }

  listRefunds(query: Stripe.RefundListParams): Promise<Result> {
    return ask(this.stripe.refunds.list(query));
  }

  listDisputes(query: Stripe.DisputeListParams): Promise<Result> {
    return ask(this.stripe.disputes.list(query));
  }
}

/** The package throws what it does not like, with texts of the provider in it: none go on. */
async function ask(call: Promise<unknown>): Promise<Result> {
  try {
    return { body: await call };
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw unreadable();
    const detail: unknown = error.detail;
    if (detail instanceof OutboundError) throw detail;
    const { statusCode: status = 0, raw } = error;
    const problem = problemOf({ status, body: { error: raw } });
    if (problem) return { problem };
    throw unreadable();
  }
}

const unreadable = (): OutboundError => new OutboundError(TARGET, 'bad-answer', 'unreadable');

class OutboundClient extends Stripe.HttpClient {
  constructor(private readonly http: Pick<OutboundHttp, 'request'>) {
    super();
  }

  override getClientName(): string {
    return 'outbound';
  }

  /** Address and time limit are those of the way out. */
  override async makeRequest(
    _host: string,
    _port: string,
    path: string,
    method: string,
    headers: object,
    body: string,
  ): Promise<OutboundResponse> {
    const answer = await this.http.request({
      path,
      method: method as OutboundRequest['method'],
      headers: lowerCased(headers),
      ...(method === 'POST' && { body }),
    });
    const problem = problemOf(answer);
    const json = problem ? { error: problem } : answer.body;
    // With anything else the package never answers, and leaves a rejection that nobody handles.
    if (typeof json !== 'object' || json === null) throw unreadable();
    return new OutboundResponse(answer.status, json);
  }
}

class OutboundResponse extends Stripe.HttpClientResponse {
  constructor(
    status: number,
    private readonly body: object,
  ) {
    super(status, {});
  }

  override getRawResponse(): object {
    return {};
  }

  override toJSON(): Promise<object> {
    return Promise.resolve(this.body);
  }
}

/** So that a header of ours and the package's are one. */
const lowerCased = (headers: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
