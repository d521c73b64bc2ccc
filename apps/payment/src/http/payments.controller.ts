import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { PaymentInstructions } from '#contracts';
import { Database } from '#messaging';
import { ProblemException, uuidParameter } from '#platform';
import type { Payment } from '../domain/payment.js';
import { findPayments } from '../persistence/find-payments.js';
import { PaymentDto, type PaymentInstructionsDto } from './payments.dto.js';

@ApiTags('payments')
@Controller('payments')
export class PaymentsController {
  constructor(private readonly database: Database) {}

  @Get(':orderId')
  @ApiOperation({ summary: "An order's payment and where it stands" })
  @ApiOkResponse({ type: PaymentDto })
  async one(@Param('orderId') orderId: string): Promise<PaymentDto> {
    const id = uuidParameter('orderId', orderId);
    const payment = (await findPayments(this.database, [id])).get(id);
    if (payment) return viewOf(payment);
    throw new ProblemException(404, 'No such payment', `There is no payment of order ${orderId}.`, {
      errors: [{ field: 'orderId', message: 'is not known' }],
    });
  }
}

const instructionsOf = ({
  reference,
  url,
  payBy,
}: PaymentInstructions): PaymentInstructionsDto => ({
  ...{ reference, payBy },
  ...(url !== undefined && { url }),
});

const viewOf = (payment: Payment): PaymentDto => ({
  orderId: payment.orderId,
  status: payment.status,
  wanted: payment.wanted,
  method: payment.method,
  currency: payment.currency,
  amount: payment.amount,
  captured: payment.captured,
  refunded: payment.refunded,
  ...(payment.intentId !== null && { intentId: payment.intentId }),
  ...(payment.problemCode !== null && { problemCode: payment.problemCode }),
  attempt: payment.attempt,
  ...(payment.instructions && { instructions: instructionsOf(payment.instructions) }),
  ...(payment.capturedAt !== null && { capturedAt: payment.capturedAt }),
  fee: payment.fee,
  ...(payment.feeRateId !== null && { feeRateId: payment.feeRateId }),
  feeReturned: payment.feeReturned,
  chargebacks: payment.chargebacks.map((chargeback) => ({ ...chargeback })),
  revision: payment.revision,
});
