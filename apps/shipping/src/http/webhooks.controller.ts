import { Controller, Headers, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AnyQuery, ProblemException, rawBodyOf, runtime, signatureFault } from '#platform';
import { TrackingWorkers } from '../handlers/tracking.workers.js';
import { WebhookAnswerDto } from './shipments.dto.js';

/** The route that gets its body as it came. */
export const WEBHOOK_ROUTE = '/webhooks/carrier';
/** Provides the secrets that messages may be signed with: the present one, and the one before. */
export const WEBHOOK_SECRETS = Symbol('webhook secrets');

const WHY = {
  unsigned: 'The header Carrier-Signature is missing.',
  'bad-signature': 'The signature does not belong to this body: was it signed with our secret?',
  'too-old':
    'The signature is more than five minutes old, or that far ahead: sign the message anew.',
} as const;

/**
 * A message only wakes the reader of the feed, which knows what it has read. So what it says is not
 * relied upon, and one that comes late, twice, in any order or not at all changes nothing: there is
 * nothing to remember of it.
 */
@ApiTags('webhooks')
@Controller()
export class WebhooksController {
  constructor(
    private readonly tracking: TrackingWorkers,
    @Inject(WEBHOOK_SECRETS) private readonly secrets: readonly string[],
  ) {}

  @Post(WEBHOOK_ROUTE)
  @HttpCode(200)
  @AnyQuery()
  @ApiOperation({ summary: 'Takes the news of the carrier that there is news, signed' })
  @ApiHeader({ name: 'Carrier-Signature', required: true, description: 't=…,v1=…' })
  @ApiOkResponse({ type: WebhookAnswerDto })
  async take(
    @Req() request: { readonly raw: object },
    @Headers('carrier-signature') signature?: string,
  ): Promise<WebhookAnswerDto> {
    const raw = rawBodyOf(request);
    const code = signatureFault({ raw, signature, secrets: this.secrets, now: runtime.date() });
    if (code) throw new ProblemException(400, 'The message is not taken', WHY[code], { code });
    await this.tracking.wake();
    return { received: 'heard' };
  }
}
