/** What each intervention is told, and what it does, for its help. */
import type { Action } from '../../apps/orchestrator/src/engine/wanted.js';

export interface InterventionWords {
  readonly about: string;
  /** What stands behind the saga in its usage. */
  readonly usage: string;
  readonly more: string;
  /** Its second word is the name of this; it may be left out where there is only one to choose. */
  readonly object?: 'step' | 'effect';
  readonly isObjectOptional?: boolean;
}

export const INTERVENTIONS: Readonly<Record<Action, InterventionWords>> = {
  retry: {
    about: 'asks once more for what a step waits for, now',
    usage: '[step]',
    more: `Sends the step's command, or its compensation, again: the same command, so that a participant which
has carried it out answers without doing it twice. Of a step that was refused and waits for a better
input: tries it anew. The step may be left out where only one can be retried.`,
    object: 'step',
    isObjectOptional: true,
  },
  skip: {
    about: 'goes on without a step',
    usage: '<step>',
    more: `Only a step that nothing after it relies on, as its definition says.`,
    object: 'step',
  },
  resolve: {
    about: 'says what came of a step that nobody answers for',
    usage: '<step> --happened | --did-not-happen',
    more: `Find out first: what is said here is believed.

  --happened        it was carried out (of a step that is being undone: it has been undone)
  --did-not-happen  it was not, and will not be
  --result JSON     with --happened: what the step would have answered, where the steps after it need it`,
    object: 'step',
  },
  'settle-effect': {
    about: 'says that what was taken has been brought back by hand',
    usage: '<effect>',
    more: `Its id is in the column EFFECT of "show". Only where no compensation is to bring it back any more.`,
    object: 'effect',
  },
  compensate: {
    about: 'turns a saga around: what was done is undone',
    usage: '',
    more: `Not after the pivot, and not while the pivot is out: then "cancel" waits for its answer.`,
  },
  cancel: {
    about: 'cancels a saga, as the customer could',
    usage: '',
    more: `While the pivot is out it is asked to be given up, and the saga waits for its answer.`,
  },
  'clear-attention': {
    about: 'says that a person has seen it',
    usage: '[step]',
    more: `Of one step, or of all. Not where nothing would go on by itself: it would be forgotten.`,
    object: 'step',
    isObjectOptional: true,
  },
  hold: {
    about: 'sends nothing for a saga until it is released',
    usage: '',
    more: `Answers are taken in all the same; timers wait.`,
  },
  release: {
    about: 'lets a saga go on that is held',
    usage: '',
    more: `What has become due meanwhile is sent at once.`,
  },
  move: {
    about: 'moves a saga to another version of its definition',
    usage: '--to N',
    more: `  --to N            the version; "definitions <name> <version> --to N" tells what it would mean for all

Only where the other version can go on from where the saga is.`,
  },
};
