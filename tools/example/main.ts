/**
 * Makes the README's example known to the catalog, customer and merchant services at CATALOG_URL,
 * CUSTOMER_URL and MERCHANT_URL, and ends. For docker/compose.yaml; `npm start` does it by itself.
 */
import { z } from 'zod';
import { httpUrl, settings } from '#platform';
import { makeExampleKnown } from './example.js';

try {
  const urls = settings(
    z.object({ CATALOG_URL: httpUrl, CUSTOMER_URL: httpUrl, MERCHANT_URL: httpUrl }),
  );
  await makeExampleKnown({
    catalog: urls.CATALOG_URL,
    customer: urls.CUSTOMER_URL,
    merchant: urls.MERCHANT_URL,
  });
  console.log('✓ the example product, customer and merchant are known');
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
