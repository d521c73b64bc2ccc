import { Controller, Headers, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AnyQuery, ProblemException, rawBodyOf, runtime } from '#platform';
import { ProviderDesk } from '../handlers/provider-desk.js';
import { WebhookRefusedError, readProviderMessage } from '../provider/webhook.js';
import { WebhookAnswerDto } from './payments.dto.js';

/** The route that gets its body as it came. */
export const WEBHOOK_ROUTE = '/webhooks/provider';
/** Provides the secrets that messages may be signed with: the present one, and the one before. */
export const WEBHOOK_SECRETS = Symbol('webhook secrets');

const WHY = {
  unsigned: 'The header Stripe-Signature is missing.',
  'bad-signature': 'The signature does not belong to this body: was it signed with our secret?',
  'too-old':
    'The signature is more than five minutes old, or that far ahead: sign the message anew.',
  unreadable: 'The body is no event of the provider.',
} as const;

@ApiTags('webhooks')
@Controller()
export class WebhooksController {
  constructor(
    private readonly desk: ProviderDesk,
    @Inject(WEBHOOK_SECRETS) private readonly secrets: readonly string[],
  ) {}

  @Post(WEBHOOK_ROUTE)
  @HttpCode(200)
  @AnyQuery()
  @ApiOperation({ summary: 'Takes what the payment provider tells, signed as Stripe signs' })
  @ApiHeader({ name: 'Stripe-Signature', required: true, description: 't=…,v1=…' })
  @ApiOkResponse({ type: WebhookAnswerDto })
  async take(
    @Req() request: { readonly raw: object },
    @Headers('stripe-signature') signature?: string,
  ): Promise<WebhookAnswerDto> {
    const message = this.read(rawBodyOf(request), signature);
    const { messageId, type, orderId, intentId } = message;
    return { received: await this.desk.hear({ messageId, type, orderId, intentId }) };
  }

  private read(body: Buffer, signature: string | undefined) {
    try {
      return readProviderMessage(body, signature, this.secrets, runtime.date());
    } catch (error) {
      if (!(error instanceof WebhookRefusedError)) throw error;
      const { code } = error;
      throw new ProblemException(400, 'The message is not taken', WHY[code], { code });
    }
  }
}
