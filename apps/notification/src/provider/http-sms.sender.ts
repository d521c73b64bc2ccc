import type { OutboundHttp } from '#platform';
import { z } from 'zod';
import { SmsRefusedError, type Sms, type SmsSender } from './sms-sender.js';

const problem = z.object({ code: z.string().max(100), message: z.string().optional() });

/** A provider with a JSON API. */
export class HttpSmsSender implements SmsSender {
  constructor(private readonly http: Pick<OutboundHttp, 'request'>) {}

  async send({ to, text, key }: Sms): Promise<void> {
    const { status, body } = await this.http.request({
      method: 'POST',
      path: '/v1/messages',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ to, text }),
    });
    if (status >= 200 && status < 300) return;
    const said = problem.safeParse(body);
    const code = said.success ? said.data.code : `http_${status}`;
    throw new SmsRefusedError(code, said.data?.message ?? code);
  }
}
