/** One thing that can happen in a world, and how it is told. */
import type { SagaMessage } from '../messages.js';
import type { Doing } from './participant.js';
import { shortId, type World } from './world.js';

export interface Move {
  /** For the story: who does what. */
  readonly label: () => string;
  readonly faults: 0 | 1;
  /** Time passes, and that is all. */
  readonly idle?: true;
  /** @throws Violation */
  readonly next: () => World;
}

export const said = (doing: Doing): string => {
  switch (doing) {
    case 'succeed':
      return 'succeeds';
    case 'accept':
      return 'answers that it takes longer';
    case 'park':
      return 'throws, and is parked';
    case 'fail':
      return 'fails for good';
    default:
      return `refuses (${doing.slice('refuse '.length)})`;
  }
};

export const free = (label: () => string, next: () => World): Move => ({ label, faults: 0, next });
export const fault = (label: () => string, next: () => World): Move => ({ label, faults: 1, next });

export const spend = (world: World, change: Partial<World> = {}): World => ({
  ...world,
  ...change,
  faultsLeft: world.faultsLeft - 1,
});

export const nameOf = (message: SagaMessage): string =>
  message.kind === 'reply'
    ? `the saga hears ${message.outcome} of '${shortId(message.commandId)}'`
    : `the saga gets ${message.kind}`;
