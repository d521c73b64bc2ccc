import { isOver, type SagaInstance, type StepStateName } from './instance.js';

/** A step that something is waited for, or that nobody knows the outcome of. */
export interface Whereabouts {
  readonly step: string;
  readonly state: StepStateName;
  /** Epoch ms: when it was asked for last, or was refused. Absent where nothing of it was asked. */
  readonly since?: number;
}

/** Where a saga is: nowhere once it is over. */
export const whereabouts = ({ state: of, steps }: SagaInstance): readonly Whereabouts[] => {
  if (isOver(of)) return [];
  return Object.entries(steps).flatMap(([step, { state, command, undo, finishedAt }]) => {
    const at = (since: number | undefined): Whereabouts[] => [
      { step, state, ...(since !== undefined && { since }) },
    ];
    switch (state) {
      case 'sent':
      case 'pending':
      case 'in-doubt':
        return at(command?.sentAt);
      case 'undoing':
        return at(undo?.sentAt);
      case 'refused':
        return of === 'running' && command?.dueAt !== undefined ? at(finishedAt) : [];
      default:
        return [];
    }
  });
};
