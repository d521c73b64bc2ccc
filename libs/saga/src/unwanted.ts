/** Whether a command may still be carried out: what a person asks before it is sent once more. */
import type { SagaInstance } from './instance.js';

/**
 * Why a saga waits for a command's answer no more: what is done after it has gone another way is taken
 * back by nobody. Undefined when it waits.
 */
export function whyUnwanted(
  { state, steps }: Pick<SagaInstance, 'state' | 'steps'>,
  commandId: string,
): string | undefined {
  for (const [name, step] of Object.entries(steps)) {
    const { command, undo, recall } = step;
    const isForward = [command, recall].some((sent) => sent?.commandId === commandId);
    const isOut = state === 'running' && (step.state === 'sent' || step.state === 'pending');
    if (isForward) return isOut ? undefined : goneAnotherWay(name, step.state);
    if (undo?.commandId !== commandId) continue;
    return step.state === 'undoing' ? undefined : goneAnotherWay(name, step.state);
  }
  return 'its saga has sent another command since';
}

const goneAnotherWay = (name: string, state: string): string =>
  `its saga waits for it no more: '${name}' is ${state}`;
