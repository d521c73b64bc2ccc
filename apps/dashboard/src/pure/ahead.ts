/** What can still happen from here, by the definition: for each step that is out, what answers lead to. */
import type { Definition, DefinitionStep, SagaDetail, StepDetail } from '../api/types.js';

export interface Prospect {
  readonly step: string;
  readonly answers: readonly { readonly answer: string; readonly leadsTo: string }[];
}

export function aheadOf(saga: SagaDetail, definition: Definition): Prospect[] {
  const byName = new Map(definition.steps.map((step) => [step.step, step]));
  return saga.steps.flatMap((step): Prospect[] => {
    const defined = byName.get(step.name);
    if (!defined) return [];
    if (step.state === 'undoing') return [undoing(step)];
    if (step.state !== 'sent' && step.state !== 'pending') return [];
    return [{ step: step.name, answers: [...repliesOf(defined, saga), silenceOf(step, defined)] }];
  });
}

const repliesOf = ({ replies = [], kind }: DefinitionStep, { state }: SagaDetail) =>
  replies.map(({ reply, kind: of, reaction }) => ({
    answer: reply,
    leadsTo: of === 'success' ? successOf(state) : (REACTIONS[reaction ?? ''] ?? refusalOf(kind)),
  }));

const successOf = (state: SagaDetail['state']): string =>
  state === 'compensating' ? 'it is undone as well' : 'the next steps';

const REACTIONS: Readonly<Record<string, string>> = {
  compensate: 'all of it is undone',
  'carry-on': 'it goes on without this step',
  mend: 'it waits for a better input',
};

const refusalOf = (kind: string): string =>
  kind === 'retriable' ? 'a person is called for' : 'all of it is undone';

const silenceOf = ({ attempts }: StepDetail, { kind, timing }: DefinitionStep) => {
  const most = timing?.['attempts'];
  const end = kind === 'compensable' ? 'it is in doubt and undone' : 'a person is called for';
  return {
    answer: 'no answer',
    leadsTo:
      most !== undefined && attempts < most
        ? `it is asked again (${attempts} of ${most} times so far), and then ${end}`
        : `${end}; it goes on being asked`,
  };
};

const undoing = ({ name }: StepDetail): Prospect => ({
  step: name,
  answers: [
    { answer: 'undone', leadsTo: 'what came before it is undone' },
    { answer: 'no answer', leadsTo: 'it is asked again until it is undone' },
  ],
});
