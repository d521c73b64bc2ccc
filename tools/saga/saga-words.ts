import type { Tint } from './output.js';

/** Of a saga and of a step. */
export function stateTint(state: string): Tint | undefined {
  switch (state) {
    case 'completed':
    case 'done':
      return 'green';
    case 'compensating':
    case 'undoing':
    case 'compensated':
    case 'undone':
    case 'pending':
      return 'yellow';
    case 'refused':
    case 'in-doubt':
    case 'failed':
      return 'red';
    case 'running':
    case 'sent':
      return 'cyan';
    case 'waiting':
    case 'skipped':
      return 'dim';
    default:
      return undefined;
  }
}

export const isOver = (state: string): boolean => state === 'completed' || state === 'compensated';
