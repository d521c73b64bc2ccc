/** The port over plain HTTP: forms in, JSON out. Nothing but what we use of the API. */
import type { OutboundHttp, OutboundRequest } from '#platform';
import { formOf } from './form.js';
import { problemOf } from './intents-answers.js';
import { API_VERSION } from './intents-parameters.js';
import { IntentsProvider, type IntentsApi, type Result } from './intents.provider.js';

const VERSION = { 'stripe-version': API_VERSION };
const FORM = { ...VERSION, 'content-type': 'application/x-www-form-urlencoded' };
const INTENTS = '/v1/payment_intents';

export class SandboxProvider extends IntentsProvider {
  constructor(http: Pick<OutboundHttp, 'request'>) {
    super(new FormApi(http));
  }
}

class FormApi implements IntentsApi {
  constructor(private readonly http: Pick<OutboundHttp, 'request'>) {}

  createCustomer(parameters: object, key: string): Promise<Result> {
    return this.post('/v1/customers', parameters, key);
  }

  createIntent(parameters: object, key: string): Promise<Result> {
    return this.post(INTENTS, parameters, key);
  }

  confirmIntent(id: string, parameters: object): Promise<Result> {
    return this.post(`${pathOf(id)}/confirm`, parameters);
  }

  findIntent(id: string): Promise<Result> {
    return this.get(pathOf(id));
  }

  cancelIntent(id: string): Promise<Result> {
    return this.post(`${pathOf(id)}/cancel`, {});
  }

  listIntents(query: object): Promise<Result> {
    return this.get(`${INTENTS}?${formOf(query)}`);
  }

  createRefund(parameters: object, key: string): Promise<Result> {
    return this.post('/v1/refunds', parameters, key);
  }

  listRefunds(query: object): Promise<Result> {
    return this.get(`/v1/refunds?${formOf(query)}`);
  }

  listDisputes(query: object): Promise<Result> {
    return this.get(`/v1/disputes?${formOf(query)}`);
  }

  private post(path: string, parameters: object, key?: string): Promise<Result> {
    const headers = key === undefined ? FORM : { ...FORM, 'idempotency-key': key };
    return this.ask({ method: 'POST', path, headers, body: formOf(parameters) });
  }

  private get(path: string): Promise<Result> {
    return this.ask({ method: 'GET', path, headers: VERSION });
  }

  private async ask(request: OutboundRequest): Promise<Result> {
    const answer = await this.http.request(request);
    const problem = problemOf(answer);
    return problem ? { problem } : { body: answer.body };
  }
}

const pathOf = (intentId: string): string => `${INTENTS}/${encodeURIComponent(intentId)}`;
