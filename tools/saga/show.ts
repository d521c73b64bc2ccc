/** `npm run saga -- show`. */
import { UsageError } from '../sagas/arguments.js';
import { adminApi, type AdminApi } from './admin-api.js';
import type { OpenActions, SagaDetail, ToldAct, ToldEntry } from './answers.js';
import type { SagaCommand } from './command.js';
import { connectionOf } from './connection.js';
import { EXIT } from './exit-status.js';
import { findSaga } from './find-saga.js';
import { momentIn } from './format.js';
import { collect } from './list.js';
import {
  CONNECTION_HELP,
  EXIT_HELP,
  readOptions,
  wholeIn,
  wordsIn,
  type Given,
} from './options.js';
import { lineWidth, paint, print, printJson } from './output.js';
import {
  actionLines,
  actLines,
  headLines,
  ledgerLines,
  stepLines,
  type Looks,
} from './show-sections.js';
import { Timeline } from './timeline.js';

const help = `Shows one saga: how it stands, its steps, all that happened to it, who did what, and what could be done
to it now.

  npm run saga -- show <saga or order> [options]

  --revision N      as it was after this message
  --at MOMENT       as it was then: 2026-11-27T09:00:00Z, or so long ago: 30s, 15m, 2h, 3d
  --why             tells also what could not be done to it, and why
${CONNECTION_HELP}

With --json: {saga, history, interventions, actions}; actions is null for a saga as it was.

${EXIT_HELP}`;

interface Shown {
  readonly saga: SagaDetail;
  readonly history: readonly ToldEntry[];
  readonly interventions: readonly ToldAct[];
  /** Null for a saga as it was. */
  readonly actions: OpenActions | null;
}

async function run(args: readonly string[]): Promise<number> {
  const given = readOptions(args, { revision: 'text', at: 'text', why: 'flag' });
  const [id = ''] = wordsIn(given, 'the saga');
  const moment = momentOf(given);
  const api = adminApi(await connectionOf(given));
  const shown = await read(api, id, moment);
  if (given.flag('json') === true) printJson(shown);
  else for (const line of linesOf(shown, given.flag('why') === true)) print(line);
  return EXIT.done;
}

type Moment = { readonly revision: number } | { readonly at: string };

function momentOf(given: Given): Moment | undefined {
  const revision = wholeIn(given, 'revision', { max: 2_147_483_647 });
  const at = given.text('at');
  if (revision !== undefined && at !== undefined) {
    throw new UsageError('--revision or --at, not both');
  }
  if (revision !== undefined) return { revision };
  return at === undefined ? undefined : { at: momentIn(at, Date.now()) };
}

const MOST_ACTS = 1_000;

async function read(api: AdminApi, id: string, moment: Moment | undefined): Promise<Shown> {
  const now = await findSaga(api, id);
  const path = `/sagas/${now.sagaId}`;
  const [saga, history, acts, actions] = await Promise.all([
    moment ? api.get<SagaDetail>(`${path}/as-of`, { ...moment }) : now,
    historyOf(api, now.sagaId),
    collect<ToldAct>(api, `${path}/interventions`, { query: {}, limit: MOST_ACTS }),
    moment ? null : api.get<OpenActions>(`${path}/actions`),
  ]);
  const { revision } = saga;
  return {
    saga,
    history: moment ? history.filter((entry) => entry.revision <= revision) : history,
    interventions: acts.items.filter(
      ({ revisionAfter }) => !moment || (revisionAfter !== null && revisionAfter <= revision),
    ),
    actions,
  };
}

export const historyOf = async (api: AdminApi, sagaId: string): Promise<readonly ToldEntry[]> =>
  (await api.get<{ items: ToldEntry[] }>(`/sagas/${sagaId}/history`)).items;

function linesOf({ saga, history, interventions, actions }: Shown, why: boolean): string[] {
  const looks: Looks = { width: lineWidth(), paint, nowMs: Date.now() };
  const timeline = new Timeline(looks);
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', paint('bold', title), ...lines];
  return [
    ...headLines(saga, looks),
    ...section('Steps', stepLines(saga, looks)),
    ...section('What it has moved', ledgerLines(saga, looks)),
    ...section(
      'What happened',
      history.length > 0
        ? history.flatMap((entry) => timeline.linesOf(entry))
        : ['Its history is not kept any more.'],
    ),
    ...section('Done by people', actLines(interventions, looks)),
    ...(actions ? section('What could be done now', actionLines(actions, why, looks)) : []),
  ];
}

export const show: SagaCommand = {
  about: 'shows one: its steps, what happened, who did what, what could be done',
  help,
  run,
};
