/** What people do to sagas and to what belongs to them, at the orchestrator. */
import { z } from 'zod';
import { defineEvent } from './contract.js';

/** Who did it is the extension `actor`, as in all facts of what people do. */
export const operatorActed = defineEvent({
  name: 'operator.acted',
  version: 1,
  topic: 'operator.events',
  data: z.object({
    /** `saga.retry`, `dead-letter.redrive`, `access-key.create`, … */
    what: z.string().min(1).max(60),
    /** What it was done to: `saga`, `dead-letter`, `access-key`, `bulk-action`. */
    objectType: z.string().min(1).max(40),
    objectId: z.string().min(1).max(300),
    sagaId: z.string().max(64).optional(),
    businessKey: z.string().max(200).optional(),
    reason: z.string().min(1).max(500),
    keyId: z.string().max(64).optional(),
    /** Of a saga: the one it has come to by this. */
    revision: z.int().min(1).optional(),
    detail: z.record(z.string(), z.unknown()).optional(),
    occurredAt: z.string(),
  }),
});
export type OperatorActed = z.infer<typeof operatorActed.data>;
