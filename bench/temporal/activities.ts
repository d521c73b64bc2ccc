import type { Effects } from '../effects.ts';

/** The steps, which the worker runs outside of the workflow. */
export const activitiesOf = (effects: Effects) => ({
  reserve: (sagaId: string) => effects.write(sagaId, 'reserve'),
  /** Whether the card was charged: a decline is an answer, not a fault to be retried. */
  charge: async (sagaId: string, declined: boolean) => {
    if (declined) return false;
    await effects.write(sagaId, 'charge');
    return true;
  },
  ship: (sagaId: string) => effects.write(sagaId, 'ship'),
  notify: (sagaId: string) => effects.write(sagaId, 'notify'),
  release: (sagaId: string) => effects.write(sagaId, 'release'),
});

export type Activities = ReturnType<typeof activitiesOf>;
