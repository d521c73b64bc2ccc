/**
 * The document of an instance: everything of it that changes and has no column of its own. It is written
 * anew with each message, so what its row, or another part of it, says already is left out.
 *
 * Form 1, the plain object, is read for ever. Form 2, an array, shortens the steps and effects that
 * look as nearly all do, to a quarter of their length; any other is kept as it is:
 *
 *     [2, { step: [state, attempts, sent, due, finished, result] }, { effect: [kind, unit, taken, returned,
 *      revision, step] }, rest, trace]
 *
 * `sent` and `finished` are ms since the instance was created, `due` ms since `sent`; what is absent is
 * null, and left out at the end; `trace` is there only where the saga is traced. Ids of commands are those that the engine gives first commands, and were
 * issued on the day they were sent.
 */
import {
  utcDay,
  type CommandState,
  type LedgerEntry,
  type SagaInstance,
  type StepInstance,
} from '#saga';

/** Everything of an instance that changes and needs no column of its own. */
export type Body = Pick<
  SagaInstance,
  'steps' | 'ledger' | 'cause' | 'cancel' | 'attention' | 'alsoAttention' | 'held'
>;

type Steps = SagaInstance['steps'];
type Ledger = SagaInstance['ledger'];
type Owner = Pick<SagaInstance, 'id' | 'createdAt'>;

type ShortStep = readonly [
  state: StepInstance['state'],
  attempts: number,
  sent: number,
  due?: number | null,
  finished?: number | null,
  result?: StepInstance['result'] | null,
];
type ShortEffect = readonly [
  kind: LedgerEntry['kind'],
  unit: string,
  taken: number,
  returned: number,
  revision: number,
  step: string,
];
type ShortBody = readonly [
  form: 2,
  steps: Readonly<Record<string, StepInstance | ShortStep>>,
  ledger: Readonly<Record<string, LedgerEntry | ShortEffect>>,
  rest?: Omit<Body, 'steps' | 'ledger'> | null,
  /** `traceparent` of what was decided last: a timer's command belongs to that trace. */
  trace?: string,
];

/** As it lies in the database, parsed. */
export type StoredBody = Body | ShortBody;

/** As JSON text, in form 2. */
export const writeBody = (instance: SagaInstance, trace?: string): string => {
  const { steps, ledger, cause, cancel, attention, alsoAttention, held } = instance;
  const rest = { cause, cancel, attention, alsoAttention, held };
  const body = [2, shortSteps(steps, instance), shortLedger(ledger)];
  if (trace !== undefined) return JSON.stringify([...body, isEmpty(rest) ? null : rest, trace]);
  return JSON.stringify(isEmpty(rest) ? body : [...body, rest]);
};

/** @throws Error for a form that only a newer version knows */
export const readBody = (stored: StoredBody, owner: Owner): Body => {
  if (!isShort(stored)) return stored;
  const [form, steps, ledger, rest] = stored;
  if (form !== 2)
    throw new Error(`the document of saga ${owner.id} has the unknown form ${String(form)}`);
  return { steps: fullSteps(steps, owner), ledger: fullLedger(ledger), ...rest };
};

export const readTrace = (stored: StoredBody): string | undefined =>
  isShort(stored) ? stored[4] : undefined;

const isShort = (stored: StoredBody): stored is ShortBody => Array.isArray(stored);

const shortSteps = (steps: Steps, owner: Owner): ShortBody[1] =>
  each(steps, (step, name) => shortStep(name, step, owner) ?? step);

/** Undefined for one that looks otherwise than most. */
function shortStep(name: string, step: StepInstance, owner: Owner): ShortStep | undefined {
  const { state, command, result, finishedAt, ...others } = step;
  if (command === undefined || !isEmpty(others) || !isShortCommand(name, command, owner))
    return undefined;
  const { attempts, sentAt, dueAt } = command;
  const sent = sentAt - owner.createdAt;
  if (result !== undefined) {
    return [
      state,
      attempts,
      sent,
      since(dueAt, sentAt),
      since(finishedAt, owner.createdAt),
      result,
    ];
  }
  if (finishedAt !== undefined) {
    return [state, attempts, sent, since(dueAt, sentAt), finishedAt - owner.createdAt];
  }
  return dueAt === undefined ? [state, attempts, sent] : [state, attempts, sent, dueAt - sentAt];
}

function isShortCommand(name: string, command: CommandState, { id }: Owner): boolean {
  const { commandId, issuedOn, attempts: _attempts, sentAt, dueAt: _dueAt, ...others } = command;
  return isEmpty(others) && issuedOn === utcDay(sentAt) && commandId === commandIdOf(id, name);
}

/** As the engine names the first command of a step. */
const commandIdOf = (id: string, step: string): string => `${id}:${step}`;

const since = (moment: number | undefined, start: number): number | null =>
  moment === undefined ? null : moment - start;

const isEmpty = (object: object): boolean => {
  for (const key in object) if (object[key as keyof typeof object] !== undefined) return false;
  return true;
};

const fullSteps = (steps: ShortBody[1], owner: Owner): Steps =>
  each(steps, (step, name) => (isShortStep(step) ? fullStep(name, step, owner) : step));

function fullStep(name: string, step: ShortStep, { id, createdAt }: Owner): StepInstance {
  const [state, attempts, sent, due = null, finished = null, result = null] = step;
  const sentAt = createdAt + sent;
  const command: CommandState = {
    commandId: commandIdOf(id, name),
    issuedOn: utcDay(sentAt),
    attempts,
    sentAt,
    ...(due !== null && { dueAt: sentAt + due }),
  };
  return {
    state,
    command,
    ...(result !== null && { result }),
    ...(finished !== null && { finishedAt: createdAt + finished }),
  };
}

const isShortStep = (step: StepInstance | ShortStep): step is ShortStep => Array.isArray(step);

const shortLedger = (ledger: Ledger): ShortBody[2] =>
  each(ledger, (entry, id) => {
    const { id: own, kind, unit, taken, returned, revision, step, ...others } = entry;
    const isUsual = own === id && isEmpty(others);
    return isUsual ? [kind, unit, taken, returned, revision, step] : entry;
  });

const fullLedger = (ledger: ShortBody[2]): Ledger =>
  each(ledger, (entry, id) => {
    if (!isShortEffect(entry)) return entry;
    const [kind, unit, taken, returned, revision, step] = entry;
    return { id, kind, unit, taken, returned, revision, step };
  });

const isShortEffect = (entry: LedgerEntry | ShortEffect): entry is ShortEffect =>
  Array.isArray(entry);

/** Ids of effects come from outside; own properties only, whatever they are called. */
const each = <From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, name: string) => To,
): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
