/**
 * What becomes of instances whose version is not loaded any more, because all of them were over when it
 * was taken off the list. What is reported of one still counts: a customer may send goods back months
 * later. What was moved and does not come back is for a person then, as nothing is known to undo it.
 */
import type { SagaDefinition } from './definition.js';
import type { SagaInstance, StepStateName } from './instance.js';
import type { SagaMessage } from './messages.js';

/** Of steps that nothing has to be done for any more. */
const OVER: ReadonlySet<StepStateName> = new Set(['undone', 'refused', 'skipped']);

/** @returns what stands in for the instance's version; undefined while steps of its own are needed */
export function retiredDefinition(
  latest: SagaDefinition,
  { state, version, steps }: SagaInstance,
): SagaDefinition | undefined {
  const isUndone = Object.values(steps).every((step) => OVER.has(step.state));
  const isOver =
    state === 'completed' || state === 'compensated' || (state === 'compensating' && isUndone);
  // A later version is known to a newer replica, which can undo what is out.
  const isGone = version < latest.version || state === 'completed';
  return isOver && isGone ? { ...latest, version, groups: [] } : undefined;
}

/** Every definition that is loaded has a step at least. */
export const isRetired = ({ groups }: SagaDefinition): boolean => groups.length === 0;

/** Without its steps no answer is one to a command; what it says was moved counts all the same. */
export function asOfRetired(message: SagaMessage): SagaMessage {
  if (message.kind !== 'reply') return message;
  const { messageId, commandId, effects = [] } = message;
  return { kind: 'report', messageId, commandId, effects };
}
