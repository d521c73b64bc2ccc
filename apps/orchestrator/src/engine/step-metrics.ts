import { counter, histogram } from '#platform';
import type { SagaInstance, StepInstance } from '#saga';

const stepSeconds = histogram({
  name: 'saga_step_seconds',
  help: 'Time from the first sending of a step, or of its compensation, to its outcome',
  labelNames: ['definition', 'step', 'outcome'],
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30, 300, 3_600, 86_400],
});
const resends = counter({
  name: 'saga_resends_total',
  help: 'Commands sent once more because no answer came in time',
  labelNames: ['definition', 'step'],
});
const attentions = counter({
  name: 'saga_attentions_total',
  help: 'Sagas that came to need a person',
  labelNames: ['definition', 'step'],
});

/** Step states that say what came of a command. */
const OUTCOMES: ReadonlySet<StepInstance['state']> = new Set([
  'done',
  'refused',
  'in-doubt',
  'undone',
]);

/** What a committed batch has made of an instance; must not throw. */
export function observeSteps(before: SagaInstance | undefined, after: SagaInstance): void {
  const { definition, updatedAt } = after;
  for (const step in after.steps) {
    const was = before?.steps[step];
    const is = after.steps[step];
    // Steps that nothing happened to are the same objects as before.
    if (is === undefined || is === was) continue;
    const sent = is.state === 'undone' ? is.undo : is.command;
    if (is.state !== was?.state && OUTCOMES.has(is.state)) {
      const labels = { definition, step, outcome: is.state };
      stepSeconds.observe(labels, Math.max(0, updatedAt - (sent?.sentAt ?? updatedAt)) / 1_000);
    }
    const again = attemptsOf(is) - Math.max(1, attemptsOf(was));
    if (again > 0) resends.inc({ definition, step }, again);
  }
  const { attention } = after;
  if (attention && !before?.attention) attentions.inc({ definition, step: attention.step });
}

const attemptsOf = (step: StepInstance | undefined): number => step?.command?.attempts ?? 0;
