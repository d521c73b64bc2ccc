import {
  ChoiceField,
  CurrencyField,
  EmailField,
  IntegerField,
  ListField,
  LocaleField,
  ObjectField,
  PhoneField,
  TextField,
} from '#platform';
import { paymentMethod } from '#contracts';
import { MAX_AMOUNT } from '../domain/order.js';
import { NoCardNumber } from './card-number.js';

const ANOTHER_CARD_S_MAX = 86_400;

/**
 * What a client sends to place an order. Everything that passes here fits the message contracts; a
 * test holds the two together.
 */
export class OrderItemDto {
  @TextField({ max: 64, example: 'SKU-1' })
  productId!: string;

  @IntegerField({ min: 1, max: 1_000_000, example: 2 })
  quantity!: number;

  @IntegerField({
    min: 0,
    max: MAX_AMOUNT,
    description: 'Price of one piece in integer minor units (cents, yen).',
    example: 1250,
  })
  unitPrice!: number;
}

export class ShippingAddressDto {
  @TextField({ max: 100, example: 'Tokyo' })
  prefecture!: string;

  @TextField({ max: 100, example: 'Chiyoda' })
  city!: string;

  @TextField({ max: 200, example: '1-1 Marunouchi' })
  line1!: string;

  @TextField({ max: 16, example: '100-0005' })
  postalCode!: string;

  @TextField({
    min: 2,
    max: 2,
    pattern: /^[A-Z]{2}$/,
    shape: 'two upper-case letters (ISO 3166-1)',
    optional: true,
    example: 'JP',
  })
  country?: string;
}

export class PaymentDto {
  @ChoiceField({
    of: paymentMethod.options,
    description: 'By card at once; by transfer or in a shop within some days, without a token.',
    example: 'credit_card',
  })
  method!: (typeof paymentMethod.options)[number];

  @NoCardNumber('payment.token')
  @TextField({
    max: 255,
    pattern: /^[\x21-\x7e]+$/,
    shape: 'a token of visible ASCII characters',
    optional: true,
    description:
      'The card token of the payment provider, never a card number; required for credit_card.',
    example: 'tok_ok',
  })
  token?: string;

  @IntegerField({
    min: 0,
    max: ANOTHER_CARD_S_MAX,
    optional: true,
    description:
      'For how long another card may be given after a declined one, each time anew; 0 cancels at once.',
    example: 1800,
  })
  anotherCardWithinS?: number;
}

/** What is sent to pay with another card after a declined one. */
export class AnotherCardDto {
  @NoCardNumber('token')
  @TextField({
    max: 255,
    pattern: /^[\x21-\x7e]+$/,
    shape: 'a token of visible ASCII characters',
    description: 'The card token of the payment provider, never a card number.',
    example: 'tok_ok',
  })
  token!: string;
}

export class PlaceOrderDto {
  @TextField({ max: 64, example: 'customer-1' })
  customerId!: string;

  @TextField({ max: 64, optional: true, description: "Default: 'default-merchant'." })
  merchantId?: string;

  @TextField({ max: 32, optional: true, description: "Default: 'web'." })
  channel?: string;

  @CurrencyField()
  currency!: string;

  @ListField(OrderItemDto, { min: 1, max: 500 })
  items!: OrderItemDto[];

  @ObjectField(ShippingAddressDto)
  shippingAddress!: ShippingAddressDto;

  @EmailField()
  email!: string;

  @PhoneField()
  phone?: string;

  @LocaleField()
  locale?: string;

  @ObjectField(PaymentDto)
  payment!: PaymentDto;
}
