import { Controller, Get, Header, Inject, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { ProblemException, uuidParameter } from '#platform';
import type { Shipment } from '../domain/shipment.js';
import { findShipments } from '../persistence/find-shipments.js';
import type { Carrier } from '../provider/carrier.js';
import { carrierProblem } from './carrier-problem.js';
import { CARRIER } from './rates.controller.js';
import { ShipmentDto } from './shipments.dto.js';

const LABEL_TYPE = 'image/svg+xml';

@ApiTags('shipments')
@Controller('shipments')
export class ShipmentsController {
  constructor(
    private readonly database: Database,
    @Inject(CARRIER) private readonly carrier: Pick<Carrier, 'label'>,
  ) {}

  @Get(':orderId')
  @ApiOperation({ summary: "An order's shipment and where it stands" })
  @ApiOkResponse({ type: ShipmentDto })
  async one(@Param('orderId') orderId: string): Promise<ShipmentDto> {
    return viewOf(await this.find(orderId));
  }

  @Get(':orderId/label')
  @ApiOperation({ summary: 'What is to be stuck on the parcel, as the carrier drew it' })
  @ApiProduces(LABEL_TYPE)
  @ApiOkResponse({ schema: { type: 'string' } })
  @Header('content-type', LABEL_TYPE)
  // The drawing is somebody else's: it may run nothing in the name of this service.
  @Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
  @Header('x-content-type-options', 'nosniff')
  async label(@Param('orderId') orderId: string): Promise<string> {
    const { shipmentId } = await this.find(orderId);
    const label = shipmentId && (await this.carrier.label(shipmentId).catch(carrierProblem));
    if (label) return label;
    throw new ProblemException(404, 'No label yet', 'The parcel is not booked.');
  }

  private async find(orderId: string): Promise<Shipment> {
    const id = uuidParameter('orderId', orderId);
    const shipment = (await findShipments(this.database, [id])).get(id);
    if (shipment) return shipment;
    const detail = `There is no shipment of order ${orderId}.`;
    throw new ProblemException(404, 'No such shipment', detail, {
      errors: [{ field: 'orderId', message: 'is not known' }],
    });
  }
}

function viewOf(shipment: Shipment): ShipmentDto {
  const { orderId, status, wanted, revision } = shipment;
  const { shipmentId, trackingNumber, problemCode, bookedAt, handedOverAt, deliveredAt } = shipment;
  return {
    ...{ orderId, status, wanted },
    ...(shipmentId !== null && { shipmentId }),
    ...(trackingNumber !== null && { trackingNumber }),
    ...(problemCode !== null && { problemCode }),
    ...(bookedAt !== null && { bookedAt }),
    ...(handedOverAt !== null && { handedOverAt }),
    ...(deliveredAt !== null && { deliveredAt }),
    revision,
  };
}
