/** The accounting service: a double-entry ledger of all that is paid, and its closed days. */
import { z } from 'zod';
import { defineEvent } from './contract.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * No entry of this day is added any more: what comes later is booked on an open one. Each day's hash
 * covers its entries and the hash of the day closed before it.
 */
export const dayClosed = defineEvent({
  name: 'accounting.day-closed',
  version: 1,
  topic: 'accounting.events',
  data: z.object({
    /** UTC, `2026-11-30`. */
    day: z.iso.date(),
    /** A day is closed once. */
    revision: z.literal(1),
    entries: z.int().min(0),
    hash: sha256,
    /** Of the day closed before; absent for the first. */
    previousHash: sha256.optional(),
    occurredAt: z.string(),
  }),
});
