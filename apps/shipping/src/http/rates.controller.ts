import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ProblemException } from '#platform';
import type { Carrier } from '../provider/carrier.js';
import { carrierProblem } from './carrier-problem.js';
import { RatesDto, RatesRequestDto } from './shipments.dto.js';

/** Provides the carrier to those who ask it while somebody waits. */
export const CARRIER = Symbol('carrier');

@ApiTags('rates')
@Controller('rates')
export class RatesController {
  constructor(@Inject(CARRIER) private readonly carrier: Pick<Carrier, 'rates'>) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'What it costs to send these goods there, for a checkout' })
  @ApiOkResponse({ type: RatesDto })
  async rates(@Body() { shippingAddress, items }: RatesRequestDto): Promise<RatesDto> {
    const answer = await this.carrier.rates({ shippingAddress, items }).catch(carrierProblem);
    if (answer.kind === 'rates') return { rates: answer.rates };
    const { kind, code } = answer;
    if (kind === 'failed') {
      const title = 'The carrier does not answer as it should';
      throw new ProblemException(502, title, 'The carrier does not know what is asked.', { code });
    }
    throw new ProblemException(422, 'Nobody delivers there', 'Choose another address.', {
      code,
      errors: [{ field: 'shippingAddress', message: 'is not delivered to' }],
    });
  }
}
