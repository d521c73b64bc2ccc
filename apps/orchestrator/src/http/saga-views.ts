/** What the admin API answers: an instance as people and scripts read it. */
import {
  currencyOf,
  stepsOf,
  whereabouts,
  type SagaAttributes,
  type SagaDefinition,
  type SagaInstance,
  type StepInstance,
} from '#saga';

export const timeOf = (epochMs: number | null | undefined): string | null =>
  epochMs === null || epochMs === undefined ? null : new Date(epochMs).toISOString();

/** One line of a list. */
export const sagaSummary = (instance: SagaInstance) => ({
  sagaId: instance.id,
  orderId: instance.businessKey,
  definition: instance.definition,
  version: instance.version,
  state: instance.state,
  ...(instance.cause && { cause: instance.cause }),
  ...(instance.attention && { attention: instance.attention }),
  ...(instance.alsoAttention && { alsoAttention: instance.alsoAttention }),
  ...(instance.held && { held: instance.held }),
  revision: instance.revision,
  createdAt: timeOf(instance.createdAt),
  updatedAt: timeOf(instance.updatedAt),
});

/** The steps that something is waited for at, or that nobody knows the outcome of. */
export const whereaboutsView = (instance: SagaInstance) =>
  whereabouts(instance).map(({ step, state, since }) => ({ step, state, since: timeOf(since) }));

/** What is amiss: why a person is needed, else why it is undone, else the last error of its steps. */
function errorOf(instance: SagaInstance): { error?: { code: string; message: string } } {
  const at = whereabouts(instance).map(({ step }) => instance.steps[step]);
  const last = at.flatMap((step) => step?.undo?.error ?? step?.command?.error ?? []).at(-1);
  const error = instance.attention ?? instance.cause ?? last;
  return error ? { error: { code: error.code, message: error.message } } : {};
}

/** What it is about, in the words of its business. */
function aboutOf(attributes: SagaAttributes) {
  const entries = Object.entries(attributes);
  const [amount] = entries.flatMap(([name, value]) => {
    const currency = currencyOf(name);
    return currency === undefined ? [] : [{ value: Number(value), currency }];
  });
  const others = entries.filter(([name]) => currencyOf(name) === undefined);
  return {
    ...(amount && { amount }),
    attributes: Object.fromEntries(others.map(([name, value]) => [name, String(value)])),
  };
}

/** One line of a search. */
export const sagaItem = (instance: SagaInstance, attributes: SagaAttributes = {}) => ({
  ...sagaSummary(instance),
  at: whereaboutsView(instance),
  ...aboutOf(attributes),
  ...errorOf(instance),
});

const stepView = (name: string, kind: string, step: StepInstance) => ({
  name,
  kind,
  state: step.state,
  attempts: step.command?.attempts ?? 0,
  commandId: step.command?.commandId ?? null,
  sentAt: timeOf(step.command?.sentAt),
  finishedAt: timeOf(step.finishedAt),
  nextTryAt: timeOf(step.command?.dueAt),
  lastError: step.undo?.error ?? step.command?.error ?? null,
  result: step.result ?? null,
  compensation: step.undo
    ? {
        commandId: step.undo.commandId,
        state: step.undo.state,
        attempts: step.undo.attempts,
        sentAt: timeOf(step.undo.sentAt),
        nextTryAt: timeOf(step.undo.dueAt),
        lastError: step.undo.error ?? null,
      }
    : null,
  recall: step.recall
    ? {
        commandId: step.recall.commandId,
        attempts: step.recall.attempts,
        sentAt: timeOf(step.recall.sentAt),
      }
    : null,
});

/** The whole instance. Steps stand in the order of the definition, where this replica knows it. */
export const sagaDetail = (
  instance: SagaInstance,
  definition: SagaDefinition | undefined,
  attributes: SagaAttributes = {},
) => {
  const steps: [name: string, kind: string][] = definition
    ? stepsOf(definition).map((step) => [step.name, step.kind])
    : Object.keys(instance.steps).map((name) => [name, 'unknown']);
  return {
    ...sagaItem(instance, attributes),
    steps: steps.map(([name, kind]) =>
      stepView(name, kind, withoutTimer(instance.steps[name] ?? { state: 'waiting' })),
    ),
    ledger: Object.values(instance.ledger),
    cancelRequested: instance.cancel ?? null,
    wakeAt: timeOf(instance.wakeAt),
    data: instance.input,
  };
};

/** A due time means something only while an answer is waited for. */
const withoutTimer = (step: StepInstance): StepInstance => {
  if (!step.command || step.state === 'sent' || step.state === 'pending') return step;
  const { dueAt: _, ...command } = step.command;
  return { ...step, command };
};
