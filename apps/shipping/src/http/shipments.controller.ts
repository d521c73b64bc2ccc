import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { orderId as orderIdSchema } from '#contracts';
import { Database } from '#messaging';
import { ProblemException, fieldProblem } from '#platform';
import { findShipments } from '../persistence/find-shipments.js';
import { ShipmentDto } from './shipments.dto.js';

@ApiTags('shipments')
@Controller('shipments')
export class ShipmentsController {
  constructor(private readonly database: Database) {}

  @Get(':orderId')
  @ApiOperation({ summary: "An order's shipment and where it stands" })
  @ApiOkResponse({ type: ShipmentDto })
  async one(@Param('orderId') orderId: string): Promise<ShipmentDto> {
    const parsed = orderIdSchema.safeParse(orderId);
    if (!parsed.success) throw fieldProblem(400, [{ field: 'orderId', message: 'must be a UUID' }]);
    const id = parsed.data.toLowerCase();
    const shipment = (await findShipments(this.database, [id])).get(id);
    if (!shipment) {
      throw new ProblemException(
        404,
        'No such shipment',
        `There is no shipment of order ${orderId}.`,
        { errors: [{ field: 'orderId', message: 'is not known' }] },
      );
    }
    const { status, shipmentId, trackingNumber, problemCode, revision } = shipment;
    return {
      orderId: id,
      status,
      ...(shipmentId !== null && { shipmentId }),
      ...(trackingNumber !== null && { trackingNumber }),
      ...(problemCode !== null && { problemCode }),
      revision,
    };
  }
}
