/**
 * Every state x message pair, declared: what is handled, and what is only recorded because it
 * comes late, twice or for nothing. A pair that is missing here does not compile.
 */
import type { SagaState } from './instance.js';
import type { SagaMessage } from './messages.js';

export type Treatment =
  { readonly treatment: 'handled' } | { readonly treatment: 'recorded'; readonly why: string };

const handled: Treatment = { treatment: 'handled' };
const recorded = (why: string): Treatment => ({ treatment: 'recorded', why });

export const transitions: Readonly<
  Record<SagaState, Readonly<Record<SagaMessage['kind'], Treatment>>>
> = {
  'awaiting-start': {
    start: handled,
    reply: recorded('nothing was sent yet'),
    report: recorded('nothing was sent yet'),
    cancel: handled,
    timer: recorded('nothing is waited for'),
    mend: recorded('nothing was refused yet'),
    hold: recorded('nothing was sent yet'),
    release: recorded('it is not held'),
    move: recorded('it begins on the latest version'),
    intervene: recorded('it has not started yet'),
  },
  running: {
    start: recorded('already started'),
    reply: handled,
    report: handled,
    cancel: handled,
    timer: handled,
    mend: handled,
    hold: handled,
    release: handled,
    move: handled,
    intervene: handled,
  },
  compensating: {
    start: recorded('already started'),
    reply: handled,
    report: handled,
    cancel: recorded('already being undone'),
    timer: handled,
    mend: recorded('already being undone'),
    hold: handled,
    release: handled,
    move: recorded('it is undone by the version that did it'),
    intervene: handled,
  },
  completed: {
    start: recorded('already started'),
    // A late or repeated answer changes no step, but what it says was moved still counts.
    reply: handled,
    report: handled,
    cancel: recorded('already completed; the way back is another saga'),
    timer: recorded('nothing is waited for'),
    mend: recorded('already completed'),
    hold: recorded('already completed'),
    release: recorded('it is not held'),
    move: recorded('already completed'),
    intervene: recorded('already completed'),
  },
  compensated: {
    start: recorded('already started'),
    reply: handled,
    report: handled,
    cancel: recorded('already undone'),
    timer: recorded('nothing is waited for'),
    mend: recorded('already undone'),
    hold: recorded('already undone'),
    release: recorded('it is not held'),
    move: recorded('already undone'),
    intervene: recorded('already undone'),
  },
};
