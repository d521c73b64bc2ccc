/** The order of the README, and what the shop must know before it can be placed. */
import { waitFor } from '#testing';

export const EXAMPLE_ORDER = {
  customerId: 'alice',
  currency: 'GBP',
  items: [{ productId: '85123A', quantity: 2, unitPrice: 255 }],
  shippingAddress: {
    prefecture: 'Greater London',
    city: 'London',
    line1: '1 High Street',
    postalCode: 'SW1A 1AA',
  },
  email: 'alice@example.com',
  payment: { method: 'credit_card', token: 'tok_ok' },
};

const PRODUCT = { name: 'WHITE HANGING HEART T-LIGHT HOLDER', unitPrice: 255, currency: 'GBP' };
/** Who sells where an order does not say. */
const MERCHANT_ID = 'default-merchant';
const MERCHANT = { name: 'The Example Shop', timeZone: 'Europe/London' };
const FEE_RATE = { basisPoints: 290, fixed: [{ currency: 'GBP', amount: 20 }] };
const CUSTOMER = { name: 'Alice Example', email: EXAMPLE_ORDER.email, locale: 'en-GB' };

/** Base addresses, without a slash at the end, of those that are there. */
export interface ExampleUrls {
  readonly catalog?: string | undefined;
  readonly customer?: string | undefined;
  readonly merchant?: string | undefined;
}

/** What is known already stays as it is: somebody may have tried another price. */
export async function makeExampleKnown(urls: ExampleUrls): Promise<void> {
  const { catalog, customer, merchant } = urls;
  const [item] = EXAMPLE_ORDER.items;
  if (catalog !== undefined) {
    await putUnlessThere(`${catalog}/products/${item?.productId}`, PRODUCT);
  }
  if (customer !== undefined) {
    await putUnlessThere(`${customer}/customers/${EXAMPLE_ORDER.customerId}`, CUSTOMER);
  }
  if (merchant !== undefined) await makeMerchantKnown(`${merchant}/merchants/${MERCHANT_ID}`);
}

async function makeMerchantKnown(url: string): Promise<void> {
  await putUnlessThere(url, MERCHANT);
  const { feeRates } = JSON.parse((await call(url)).text) as { feeRates: readonly unknown[] };
  if (feeRates.length === 0) await must('POST', `${url}/fee-rates`, FEE_RATE);
}

async function putUnlessThere(url: string, body: object): Promise<void> {
  if ((await call(url)).status === 200) return;
  await must('PUT', url, body);
}

async function must(method: string, url: string, body: object): Promise<void> {
  const { status, text } = await call(url, method, body);
  if (status >= 300) throw new Error(`${method} ${url} answered ${status}: ${text}`);
}

const UNSOLD = { productId: 'not-sold', quantity: 1, unitPrice: 1 };

/**
 * Waits until the order service has heard of them. It is asked with an order that it always refuses,
 * for one line more that nobody sells: its answer tells what else it does not know.
 * @param apiKey of the merchant who sells it, where keys are asked for
 */
export async function untilExampleIsHeardOf(order: string, apiKey?: string): Promise<void> {
  const items = [...EXAMPLE_ORDER.items, UNSOLD];
  const what = 'the order service to hear of the example';
  await waitFor(
    async () => {
      const { text } = await call(`${order}/orders`, 'POST', { ...EXAMPLE_ORDER, items }, apiKey);
      const { errors } = JSON.parse(text) as { errors?: readonly { readonly code?: string }[] };
      const unknown = errors?.filter(({ code }) => code?.startsWith('unknown-'));
      return unknown?.length === 1;
    },
    { what, timeoutMs: 60_000, intervalMs: 100 },
  );
}

async function call(
  url: string,
  method = 'GET',
  body?: object,
  apiKey?: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(apiKey !== undefined && { 'x-api-key': apiKey }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  });
  return { status: response.status, text: await response.text() };
}
