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
const CUSTOMER = { name: 'Alice Example', email: EXAMPLE_ORDER.email, locale: 'en-GB' };

/** Base addresses, without a slash at the end. */
export interface ExampleUrls {
  readonly catalog: string;
  readonly customer: string;
}

/** What is known already stays as it is: somebody may have tried another price. */
export async function makeExampleKnown({ catalog, customer }: ExampleUrls): Promise<void> {
  const [item] = EXAMPLE_ORDER.items;
  await putUnlessThere(`${catalog}/products/${item?.productId}`, PRODUCT);
  await putUnlessThere(`${customer}/customers/${EXAMPLE_ORDER.customerId}`, CUSTOMER);
}

async function putUnlessThere(url: string, body: object): Promise<void> {
  if ((await call(url)).status === 200) return;
  const { status, text } = await call(url, 'PUT', body);
  if (status >= 300) throw new Error(`PUT ${url} answered ${status}: ${text}`);
}

const UNSOLD = { productId: 'not-sold', quantity: 1, unitPrice: 1 };

/**
 * Waits until the order service has heard of them. It is asked with an order that it always refuses,
 * for one line more that nobody sells: its answer tells what else it does not know.
 */
export async function untilExampleIsHeardOf(order: string): Promise<void> {
  const items = [...EXAMPLE_ORDER.items, UNSOLD];
  const what = 'the order service to hear of the example';
  await waitFor(
    async () => {
      const { text } = await call(`${order}/orders`, 'POST', { ...EXAMPLE_ORDER, items });
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
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(url, {
    method,
    ...(body && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
    signal: AbortSignal.timeout(15_000),
  });
  return { status: response.status, text: await response.text() };
}
