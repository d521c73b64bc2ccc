import { ApiProperty } from '@nestjs/swagger';
import { TextField, fieldProblem } from '#platform';
import { z } from 'zod';
import { PUBLIC_EVENTS } from '../webhooks/public-events.js';
import { faultsOf } from './field-faults.js';

export class MerchantParams {
  @TextField({ max: 64, example: 'm-1' })
  merchantId!: string;
}

const MAX_URL = 2_000;

/** Lists of texts and truth values are no fields that the class decorators know. */
const endpointBody = z.strictObject({
  url: z.string().min(1).max(MAX_URL),
  events: z.array(z.enum(PUBLIC_EVENTS)).min(1).max(PUBLIC_EVENTS.length),
  enabled: z.boolean().default(true),
});

export const endpointBodySchema = {
  type: 'object',
  required: ['url', 'events'],
  properties: {
    url: { type: 'string', maxLength: MAX_URL, example: 'https://merchant.example/hooks' },
    events: { type: 'array', minItems: 1, items: { type: 'string', enum: [...PUBLIC_EVENTS] } },
    enabled: { type: 'boolean', default: true },
  },
};

/** @throws ProblemException 400 that names what is wrong */
export function readEndpointBody(body: unknown): z.output<typeof endpointBody> {
  const parsed = endpointBody.safeParse(body ?? {});
  if (parsed.success) return { ...parsed.data, events: [...new Set(parsed.data.events)] };
  throw fieldProblem(400, faultsOf(parsed.error.issues, body));
}

export class EndpointDto {
  @ApiProperty() merchantId!: string;
  @ApiProperty() url!: string;
  @ApiProperty({ type: [String], enum: [...PUBLIC_EVENTS] }) events!: string[];
  @ApiProperty() enabled!: boolean;
  @ApiProperty({ required: false, description: 'Why it was disabled by this service' })
  disabledReason?: string;
  @ApiProperty({ required: false, description: 'Shown once, when the endpoint is made' })
  secret?: string;
}

export class SecretDto {
  @ApiProperty({ description: 'Shown once; the one of before signs along for a day' })
  secret!: string;
}
