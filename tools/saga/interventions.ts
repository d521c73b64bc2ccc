/** `npm run saga -- retry`, `skip`, … : what people do to one saga, each told to the admin API. */
import type { Action } from '../../apps/orchestrator/src/engine/wanted.js';
import { UsageError } from '../sagas/arguments.js';
import { adminApi, type AdminApi } from './admin-api.js';
import type { OpenActions, SagaDetail } from './answers.js';
import type { SagaCommand } from './command.js';
import { connectionOf } from './connection.js';
import { CommandProblem, EXIT } from './exit-status.js';
import { findSaga } from './find-saga.js';
import { sinceOf } from './format.js';
import { INTERVENTIONS } from './intervention-words.js';
import {
  CONNECTION_HELP,
  EXIT_HELP,
  readOptions,
  wholeIn,
  wordsIn,
  type Given,
  type OptionKinds,
} from './options.js';
import { plain, print, printJson } from './output.js';
import { checkedReason, REASON_HELP } from './reason.js';

/** As the admin API takes it, without the revision. */
export interface WantedIntervention {
  readonly action: Action;
  readonly reason: string;
  readonly step?: string;
  readonly effect?: string;
  readonly outcome?: 'happened' | 'did-not-happen';
  readonly result?: unknown;
  readonly version?: number;
}

const OPTIONS: Partial<Record<Action, OptionKinds>> = {
  resolve: { happened: 'flag', 'did-not-happen': 'flag', result: 'text' },
  move: { to: 'text' },
};

/** @throws UsageError */
export function readIntervention(action: Action, args: readonly string[]) {
  const { object, isObjectOptional = false } = INTERVENTIONS[action];
  const kinds: OptionKinds = { reason: 'text', revision: 'text', ...OPTIONS[action] };
  const given = readOptions(args, kinds);
  const isNamed = object !== undefined && !(isObjectOptional && given.words.length < 2);
  const [saga = '', name] = wordsIn(given, 'the saga', ...(isNamed ? [`the ${object}`] : []));
  const wanted: WantedIntervention = {
    action,
    reason: checkedReason(given.text('reason')),
    ...(object !== undefined && name !== undefined && { [object]: name }),
    ...(action === 'resolve' && resolutionOf(given)),
    ...(action === 'move' && { version: versionOf(given) }),
  };
  return {
    given,
    saga,
    wanted,
    revision: wholeIn(given, 'revision', { min: 0, max: 2 ** 31 - 1 }),
  };
}

function resolutionOf(given: Given): Pick<WantedIntervention, 'outcome' | 'result'> {
  const [happened, not] = [given.flag('happened') === true, given.flag('did-not-happen') === true];
  if (happened === not) throw new UsageError('--happened or --did-not-happen: one of the two');
  const text = given.text('result');
  if (text !== undefined && !happened) throw new UsageError('--result goes with --happened');
  return {
    outcome: happened ? 'happened' : 'did-not-happen',
    ...(text !== undefined && { result: objectIn(text) }),
  };
}

function objectIn(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // said below
  }
  throw new UsageError(`--result must be an object of JSON, such as '{"chargeId":"ch_1"}'`);
}

function versionOf(given: Given): number {
  const version = wholeIn(given, 'to', { max: 10_000 });
  if (version !== undefined) return version;
  throw new UsageError('to which version? --to N');
}

async function run(action: Action, args: readonly string[]): Promise<number> {
  const { given, saga, wanted, revision } = readIntervention(action, args);
  const api = adminApi(await connectionOf(given));
  const seen = await findSaga(api, saga);
  const whole =
    action === 'retry' && wanted.step === undefined
      ? { ...wanted, step: await onlyRetry(api, seen.sagaId) }
      : wanted;
  const at = revision ?? seen.revision;
  const after = await intervene(api, seen.sagaId, { ...whole, revision: at });
  if (given.flag('json') === true) printJson(after);
  else for (const line of doneLines(whole, at, after)) print(line);
  return EXIT.done;
}

/** @throws CommandProblem that says what to do, where it was refused or the saga has moved */
async function intervene(
  api: AdminApi,
  sagaId: string,
  body: WantedIntervention & { readonly revision: number },
): Promise<SagaDetail> {
  try {
    return await api.post<SagaDetail>(`/sagas/${sagaId}/interventions`, body);
  } catch (error) {
    throw explained(error, sagaId, body.revision);
  }
}

export function explained(error: unknown, sagaId: string, revision: number): unknown {
  if (!(error instanceof CommandProblem)) return error;
  if (error.status === EXIT.moved) {
    return new CommandProblem(
      EXIT.moved,
      `nothing was done: the saga has moved since revision ${revision}. Look at it again, ` +
        `"show ${sagaId}", and decide again. (${error.message})`,
    );
  }
  if (error.status === EXIT.failed) {
    return new CommandProblem(
      EXIT.failed,
      `${error.message} "show ${sagaId}" tells what could be done.`,
    );
  }
  return error;
}

/** @throws UsageError where there are several; CommandProblem where there is none */
async function onlyRetry(api: AdminApi, sagaId: string): Promise<string> {
  const { items } = await api.get<OpenActions>(`/sagas/${sagaId}/actions`);
  const steps = items.flatMap(({ action, step, allowed }) =>
    action === 'retry' && allowed && step !== undefined ? [step] : [],
  );
  const [only, ...more] = steps;
  if (only === undefined) {
    throw new CommandProblem(
      EXIT.failed,
      `no step of it can be retried; "show ${sagaId} --why" tells why`,
    );
  }
  if (more.length === 0) return only;
  throw new UsageError(`which step? These can be retried: ${steps.join(', ')}`);
}

function doneLines(wanted: WantedIntervention, before: number, after: SagaDetail): string[] {
  const { action, step, effect, outcome, version } = wanted;
  const object = [
    step ?? effect,
    outcome?.replaceAll('-', ' '),
    version === undefined ? undefined : `to v${version}`,
  ].filter((word) => word !== undefined);
  const nowMs = Date.now();
  const at = after.at.map(({ step: name, state, since }) =>
    since === null ? `${name} ${state}` : `${name} ${state} ${sinceOf(since, nowMs)}`,
  );
  return [
    `Done: ${[action, ...object].map(plain).join(' ')}. Revision ${before} → ${after.revision}.`,
    `${after.state}${after.held ? ', held' : ''}${at.length > 0 ? `; ${at.join(', ')}` : ''}`,
    ...(after.attention ? [`! needs a person: ${plain(after.attention.message)}`] : []),
  ];
}

const helpOf = (action: Action): string => {
  const { about, usage, more } = INTERVENTIONS[action];
  return `${about[0]?.toUpperCase()}${about.slice(1)}.

  npm run saga -- ${[action, '<saga or order>', ...(usage === '' ? [] : [usage])].join(' ')} --reason TEXT [options]

${more}

${REASON_HELP}
  --revision N      the one that you have looked at; default: as it is now. Of a saga that has moved since
                    nothing is done.
${CONNECTION_HELP}

What the engine refuses, and why: docs/OPERATORS.md. With --json: the saga as it is then.

${EXIT_HELP}`;
};

export const intervention = (action: Action): SagaCommand => ({
  about: INTERVENTIONS[action].about,
  help: helpOf(action),
  run: (args) => run(action, args),
});
