import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import {
  ApiBody,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { ProblemException, fieldProblem } from '#platform';
import { EndpointDesk } from '../webhooks/endpoint-desk.js';
import {
  EndpointDto,
  MerchantParams,
  SecretDto,
  endpointBodySchema,
  readEndpointBody,
} from './webhook-endpoints.dto.js';

@ApiTags('webhook endpoints')
@Controller('webhook-endpoints')
export class WebhookEndpointsController {
  constructor(private readonly desk: EndpointDesk) {}

  @Put(':merchantId')
  @ApiOperation({ summary: 'Says where a merchant is told of which events; shows its secret once' })
  @ApiBody({ schema: endpointBodySchema as never })
  @ApiOkResponse({ type: EndpointDto })
  async put(@Param() { merchantId }: MerchantParams, @Body() body: unknown): Promise<EndpointDto> {
    const outcome = await this.desk.put({ merchantId, ...readEndpointBody(body) });
    if (outcome.kind === 'refused') {
      throw fieldProblem(422, [{ field: 'url', message: outcome.fault }]);
    }
    const endpoint = await this.one({ merchantId });
    if (outcome.kind === 'created') endpoint.secret = outcome.secret;
    return endpoint;
  }

  @Get(':merchantId')
  @ApiOperation({ summary: "A merchant's endpoint, without its secret" })
  @ApiOkResponse({ type: EndpointDto })
  async one(@Param() { merchantId }: MerchantParams): Promise<EndpointDto> {
    const endpoint = await this.desk.find(merchantId);
    if (!endpoint) throw unknown(merchantId);
    const { url, events, enabled, disabledReason } = endpoint;
    return {
      merchantId,
      url,
      events: [...events],
      enabled,
      ...(disabledReason !== null && { disabledReason }),
    };
  }

  @Post(':merchantId/rotate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Makes a new secret; the one of before signs along for a day' })
  @ApiOkResponse({ type: SecretDto })
  async rotate(@Param() { merchantId }: MerchantParams): Promise<SecretDto> {
    const secret = await this.desk.rotate(merchantId);
    if (secret === undefined) throw unknown(merchantId);
    return { secret };
  }

  @Delete(':merchantId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Forgets an endpoint; what is still to be delivered is dropped' })
  @ApiNoContentResponse()
  async remove(@Param() { merchantId }: MerchantParams): Promise<void> {
    if (!(await this.desk.remove(merchantId))) throw unknown(merchantId);
  }
}

const unknown = (merchantId: string): ProblemException =>
  new ProblemException(404, 'No such endpoint', `${merchantId} has no endpoint.`);
