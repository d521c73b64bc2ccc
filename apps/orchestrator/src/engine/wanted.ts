/** What people want done to a saga, as a message that the saga understands. */
import { eventType, type Effect, type Reason } from '#contracts';
import {
  stepsOf,
  type PersonsMessage,
  type SagaDefinition,
  type SagaInstance,
  type SagaRegistry,
} from '#saga';
import type { Actor } from '../persistence/interventions.js';

export const ACTIONS = [
  'retry',
  'skip',
  'resolve',
  'settle-effect',
  'compensate',
  'cancel',
  'clear-attention',
  'hold',
  'release',
  'move',
] as const;
export type Action = (typeof ACTIONS)[number];

export interface Wanted {
  readonly sagaId: string;
  /** The one that the person has seen; undefined where any is meant. */
  readonly revision?: number;
  readonly actor: Actor;
  /** 1 to 500 characters. */
  readonly reason: string;
  readonly action: Action;
  readonly step?: string;
  readonly outcome?: 'happened' | 'did-not-happen';
  readonly result?: Readonly<Record<string, unknown>>;
  readonly effects?: readonly Effect[];
  readonly effect?: string;
  /** To move to. */
  readonly version?: number;
  /** Of which it is part, for the record. */
  readonly bulkAction?: string;
}

/** The saga's message, or why there can be none, for the person to read. */
export function messageFor(
  wanted: Wanted,
  messageId: string,
  {
    instance,
    definition,
    registry,
  }: {
    readonly instance: SagaInstance;
    readonly definition: SagaDefinition;
    readonly registry: SagaRegistry;
  },
  /** `asked`: only whether it could be done, by somebody who would say what the step has answered. */
  { asked = false } = {},
): PersonsMessage | string {
  const { action, step, effect, version } = wanted;
  const reason: Reason = { code: 'by-hand', message: wanted.reason };
  const head = { messageId, actor: wanted.actor.owner, reason };
  switch (action) {
    case 'cancel':
    case 'hold':
    case 'release':
      return { kind: action, ...head };
    case 'move': {
      if (version === instance.version) return `it goes by version ${version} already`;
      const to = version === undefined ? undefined : registry.find(instance.definition, version);
      return to
        ? { kind: 'move', ...head, to }
        : `'${instance.definition}' has no version ${version ?? '(none is named)'} here`;
    }
    case 'compensate':
      return { kind: 'intervene', ...head, intervention: { action } };
    case 'clear-attention':
      return {
        ...{ kind: 'intervene', ...head },
        intervention: { action, ...(step !== undefined && { step }) },
      };
    case 'settle-effect':
      if (effect === undefined) return 'which effect? `effect` is missing';
      return { kind: 'intervene', ...head, intervention: { action, effect } };
    case 'retry':
    case 'skip':
      if (step === undefined) return 'which step? `step` is missing';
      return { kind: 'intervene', ...head, intervention: { action, step } };
    case 'resolve': {
      const { outcome, result, effects } = wanted;
      if (step === undefined) return 'which step? `step` is missing';
      if (outcome === undefined) return 'what came of it? `outcome` is missing';
      const problem = asked ? undefined : resultProblem(definition, instance, wanted);
      if (problem !== undefined) return problem;
      return {
        ...{ kind: 'intervene', ...head },
        intervention: {
          ...{ action, step, outcome },
          ...(result && { result }),
          ...(effects && { effects }),
        },
      };
    }
  }
}

type Detail = 'step' | 'outcome' | 'result' | 'effect' | 'version';

/** What is said of an action beside its reason: what it cannot do without, and what else it takes. */
interface Details {
  readonly needs: readonly Detail[];
  readonly takes: readonly Detail[];
}
const NONE: Details = { needs: [], takes: [] };
const DETAILS: Readonly<Record<Action, Details>> = {
  retry: { needs: ['step'], takes: [] },
  skip: { needs: ['step'], takes: [] },
  resolve: { needs: ['step', 'outcome'], takes: ['result'] },
  'settle-effect': { needs: ['effect'], takes: [] },
  'clear-attention': { needs: [], takes: ['step'] },
  move: { needs: ['version'], takes: [] },
  compensate: NONE,
  cancel: NONE,
  hold: NONE,
  release: NONE,
};

/** What is to be done, whoever wants it. */
export type Deed = Pick<Wanted, 'action' | Detail>;

/** The field that an action cannot do without, where it is missing; else nothing. */
export const missingOf = (deed: Deed): Detail | undefined =>
  DETAILS[deed.action].needs.find((detail) => deed[detail] === undefined);

/** A field that means nothing to an action: whoever gave it meant another one. */
export function strangerOf(deed: Deed): Detail | undefined {
  const { needs, takes } = DETAILS[deed.action];
  return (['step', 'outcome', 'result', 'effect', 'version'] as const).find(
    (detail) => deed[detail] !== undefined && ![...needs, ...takes].includes(detail),
  );
}

/** What follows a step is built from its result: it must be one that the step could have had. */
function resultProblem(
  definition: SagaDefinition,
  instance: SagaInstance,
  { step: name, outcome, result = {} }: Wanted,
): string | undefined {
  const step = stepsOf(definition).find((candidate) => candidate.name === name);
  const isUndoing = instance.steps[name ?? '']?.state === 'undoing';
  if (!step?.command || outcome !== 'happened' || isUndoing) return undefined;
  const answers = Object.entries(step.command.replies).filter(([, { kind }]) => kind === 'success');
  const misfits = answers.map(([reply, { data }]) => ({
    reply,
    error: data.safeParse(result).error,
  }));
  if (misfits.some(({ error }) => error === undefined)) return undefined;
  const [first] = misfits;
  const issue = first?.error?.issues[0];
  return `\`result\` must be the data of '${eventType(first?.reply ?? '')}': ${issue?.path.join('.')} ${issue?.message}`;
}
