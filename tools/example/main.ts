/**
 * Makes the README's example known to the catalog and the customer service at CATALOG_URL and
 * CUSTOMER_URL, and ends. For docker/compose.yaml; `npm start` does it by itself.
 */
import { z } from 'zod';
import { httpUrl, settings } from '#platform';
import { makeExampleKnown } from './example.js';

try {
  const urls = settings(z.object({ CATALOG_URL: httpUrl, CUSTOMER_URL: httpUrl }));
  await makeExampleKnown({ catalog: urls.CATALOG_URL, customer: urls.CUSTOMER_URL });
  console.log('✓ the example product and customer are known');
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
