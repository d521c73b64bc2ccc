import type { Decision } from './messages.js';

/** @returns what was decided, or why it cannot be: code of the definition has thrown */
export function decidedOr(decide: () => Decision): Decision | string {
  try {
    return decide();
  } catch (error) {
    return `cannot be decided: ${error instanceof Error ? error.message : String(error)}`;
  }
}
