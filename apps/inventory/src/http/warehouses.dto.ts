import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import { IntegerField, TextField } from '#platform';
import { WarehouseIdField } from './fields.js';

export class WarehouseParams {
  @WarehouseIdField()
  warehouseId!: string;
}

export class PutWarehouseDto {
  @TextField({ max: 100, example: 'Main warehouse' })
  name!: string;

  @IntegerField({
    min: 0,
    max: 1_000_000,
    description: 'Whoever has the lower number is asked sooner.',
    example: 100,
  })
  priority!: number;

  @ApiProperty({
    type: Boolean,
    description: 'One that is not gives nothing new; what it has promised stays promised.',
  })
  @IsBoolean({ message: 'must be true or false' })
  active!: boolean;
}

export class WarehouseDto extends PutWarehouseDto {
  @ApiProperty({ type: String, example: 'main' })
  warehouseId!: string;
}

export class WarehouseListDto {
  @ApiProperty({ type: [WarehouseDto], description: 'In the order in which they are asked.' })
  items!: WarehouseDto[];
}
