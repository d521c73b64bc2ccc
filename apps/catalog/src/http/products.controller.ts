import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Param,
  Post,
  Put,
  Query,
  Res,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Database } from '#messaging';
import {
  Actor,
  DEFAULT_PAGE,
  entityTag,
  expectedBy,
  movedProblem,
  pageOf,
  ProblemException,
  refuseRepeated,
  textOfCursor,
} from '#platform';
import type { Product } from '../domain/product.js';
import { findProduct, listProducts } from '../persistence/product-rows.js';
import { ProductDesk } from './product-desk.js';
import {
  BatchAnswerDto,
  ListProductsQuery,
  ProductBatchDto,
  ProductDto,
  ProductPageDto,
  ProductParams,
  PutProductDto,
} from './products.dto.js';

interface Reply {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

@ApiTags('products')
@Controller('products')
export class ProductsController {
  constructor(
    private readonly desk: ProductDesk,
    private readonly database: Database,
  ) {}

  @Put(':productId')
  @ApiOperation({ summary: 'Makes a product, or replaces what is said of it' })
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description:
      'The ETag of the product as it was read: refused with 412 when it has changed since.',
  })
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    description: '`*`: refused with 412 when there is such a product already.',
  })
  @ApiCreatedResponse({ type: ProductDto, description: 'It is new.' })
  @ApiOkResponse({ type: ProductDto, description: 'It was there, and is now as it was sent.' })
  @ApiResponse({ status: 412, description: 'It has changed since it was read, or is there.' })
  async put(
    @Param() { productId }: ProductParams,
    @Body() { name, unitPrice, currency, status }: PutProductDto,
    @Res({ passthrough: true }) reply: Reply,
    @Headers('if-match') ifMatch?: string,
    @Headers('if-none-match') ifNoneMatch?: string,
    @Actor() actor?: string,
  ): Promise<ProductDto> {
    const wish = { productId, name, unitPrice, currency, ...(status && { status }) };
    const expected = expectedBy({ ifMatch, ifNoneMatch });
    const revised = await this.desk.put(wish, expected, actor);
    if (revised.kind === 'moved') {
      throw movedProblem(`The product ${productId}`, revised.revision, expected);
    }
    if (revised.kind === 'created') reply.status(201);
    return tagged(reply, revised.product);
  }

  @Get()
  @ApiOperation({ summary: 'Products by their ids, a page at a time' })
  @ApiOkResponse({ type: ProductPageDto })
  async list(
    @Query() { status, cursor, limit = DEFAULT_PAGE }: ListProductsQuery,
  ): Promise<ProductPageDto> {
    const found = await listProducts(this.database, {
      ...(status && { status }),
      ...(cursor !== undefined && { after: textOfCursor(cursor) }),
      limit: limit + 1,
    });
    return pageOf(found, limit, ({ productId }) => productId);
  }

  @Get(':productId')
  @ApiOperation({ summary: 'One product, and what it costs' })
  @ApiOkResponse({ type: ProductDto })
  async one(
    @Param() { productId }: ProductParams,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<ProductDto> {
    return tagged(reply, known(productId, await findProduct(this.database, productId)));
  }

  @Post('batch')
  @HttpCode(200)
  @ApiOperation({ summary: 'Makes or replaces many products at once, all of them or none' })
  @ApiOkResponse({ type: BatchAnswerDto })
  async putAll(
    @Body() { products }: ProductBatchDto,
    @Actor() actor?: string,
  ): Promise<BatchAnswerDto> {
    refuseRepeated(
      'products',
      'productId',
      products.map(({ productId }) => productId),
    );
    const revised = await this.desk.putAll(products, actor);
    return {
      items: revised.map(({ kind, product: { productId, revision } }) => ({
        productId,
        outcome: kind,
        revision,
      })),
    };
  }

  @Post(':productId/withdraw')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Takes a product off sale; a PUT with the status active brings it back',
  })
  @ApiOkResponse({ type: ProductDto })
  async withdraw(
    @Param() { productId }: ProductParams,
    @Res({ passthrough: true }) reply: Reply,
    @Actor() actor?: string,
  ): Promise<ProductDto> {
    return tagged(reply, known(productId, await this.desk.withdraw(productId, actor)));
  }
}

function tagged(reply: Reply, product: Product): ProductDto {
  reply.header('etag', entityTag(product.revision));
  return product;
}

function known(productId: string, product: Product | undefined): Product {
  if (product) return product;
  throw new ProblemException(404, 'Unknown product', `Nothing is known of ${productId}.`, {
    errors: [{ field: 'productId', message: 'is not known' }],
  });
}
