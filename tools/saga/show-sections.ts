/** The parts of a saga as it is shown. */
import type { OpenActions, SagaDetail, ToldAct } from './answers.js';
import { attributesText } from './list.js';
import { durationOf, moneyText, momentText, sinceOf } from './format.js';
import { plain, type Paint } from './output.js';
import { isOver, stateTint } from './saga-words.js';
import { fitTable, wrap, type Cell } from './table.js';

export interface Looks {
  readonly width: number;
  readonly paint: Paint;
  readonly nowMs: number;
}
type Step = SagaDetail['steps'][number];

export function headLines(saga: SagaDetail, { width, paint, nowMs }: Looks): string[] {
  const { createdAt, updatedAt, attention, alsoAttention = [], held, cause } = saga;
  const amiss = (tint: 'red' | 'yellow', text: string): string[] =>
    wrap(text, width - 2).map((line, i) => paint(tint, i === 0 ? `! ${line}` : `  ${line}`));
  const when = (label: string, moment: string | null): string[] =>
    moment === null ? [] : [`${label} ${momentText(moment)} (${sinceOf(moment, nowMs)} ago)`];
  return [
    `${paint('bold', `${saga.definition} v${saga.version}`)}  ${saga.sagaId}  ` +
      `${paint(stateTint(saga.state), saga.state)}, revision ${saga.revision}`,
    `order ${plain(saga.orderId)}${saga.amount ? `, ${moneyText(saga.amount)}` : ''}`,
    ...wrap(attributesText(saga.attributes), width).filter((line) => line !== ''),
    [...when('began', createdAt), ...when('changed', updatedAt)].join(', '),
    ...[...(attention ? [attention] : []), ...alsoAttention].flatMap(({ step, code, message }) =>
      amiss('red', `needs a person: ${step}: ${plain(code)}: ${plain(message)}`),
    ),
    ...(held ? amiss('yellow', `held: ${plain(held.message)}`) : []),
    ...(saga.cancelRequested
      ? amiss('yellow', `to be cancelled: ${plain(saga.cancelRequested.message)}`)
      : []),
    ...(cause
      ? amiss('yellow', `undone because of ${plain(cause.code)}: ${plain(cause.message)}`)
      : []),
  ];
}

export function stepLines(saga: SagaDetail, looks: Looks): string[] {
  const rows = saga.steps.flatMap((step) => [
    stepRow(step, saga, looks.nowMs),
    ...(step.compensation ? [undoRow(step.compensation, looks.nowMs)] : []),
  ]);
  const { lines, isCut } = fitTable(
    [
      ...[{ title: 'STEP' }, { title: 'KIND' }, { title: 'STATE' }],
      ...[{ title: 'TRIES', right: true }, { title: 'SENT' }, { title: 'TOOK', flexible: true }],
      { title: 'LAST ERROR', flexible: true },
    ],
    rows,
    looks,
  );
  return [...lines, ...(isCut ? ['… something was cut: --json has all of it.'] : [])];
}

const errorText = (error: { code: string; message: string } | null): string =>
  error ? `${error.code}: ${error.message}` : '';

function stepRow(step: Step, saga: SagaDetail, nowMs: number): Cell[] {
  const { state, attempts, sentAt, finishedAt, nextTryAt } = step;
  const isOut =
    !isOver(saga.state) && finishedAt === null && sentAt !== null && state !== 'undoing';
  const took =
    sentAt !== null && finishedAt !== null && state !== 'undone'
      ? durationOf(Date.parse(finishedAt) - Date.parse(sentAt))
      : isOut
        ? waitText(sentAt, nextTryAt, nowMs)
        : '';
  return [
    ...[step.name, step.kind, { text: state, tint: stateTint(state) }],
    ...[
      attempts === 0 ? '' : String(attempts),
      sentAt === null ? '' : momentText(sentAt).slice(11),
    ],
    ...[took, step.compensation ? '' : errorText(step.lastError)],
  ];
}

function undoRow(undo: NonNullable<Step['compensation']>, nowMs: number): Cell[] {
  const { state, attempts, sentAt, nextTryAt, lastError } = undo;
  const waits = state === 'done' || sentAt === null ? '' : waitText(sentAt, nextTryAt, nowMs);
  return [
    ...['  its undoing', '', { text: state, tint: stateTint(state) }, String(attempts)],
    ...[sentAt === null ? '' : momentText(sentAt).slice(11), waits, errorText(lastError)],
  ];
}

const waitText = (sentAt: string, nextTryAt: string | null, nowMs: number): string => {
  const waits = `waits ${sinceOf(sentAt, nowMs)}`;
  if (nextTryAt === null) return waits;
  const inMs = Date.parse(nextTryAt) - nowMs;
  return `${waits}, ${inMs > 0 ? `until in ${durationOf(inMs)}` : 'its time is up'}`;
};

/** What has been taken and not brought back. */
export function ledgerLines({ ledger }: SagaDetail, looks: Looks): string[] {
  const rows = ledger.map(({ id, step, kind, unit, taken, returned, returnedBy }) => [
    ...[id, step, kind, `${taken} ${unit}`, String(returned)],
    {
      text: taken === returned ? 'back' : 'out',
      tint: taken === returned ? undefined : 'yellow',
    } as const,
    returnedBy ?? '',
  ]);
  if (rows.length === 0) return [];
  return fitTable(
    [
      ...[
        { title: 'EFFECT' },
        { title: 'STEP', flexible: true },
        { title: 'KIND', flexible: true },
      ],
      ...[{ title: 'TAKEN', right: true }, { title: 'RETURNED', right: true }, { title: '' }],
      { title: 'SAID BY', flexible: true },
    ],
    rows,
    looks,
  ).lines.slice();
}

export function actLines(acts: readonly ToldAct[], { width, paint }: Looks): string[] {
  return acts.toReversed().flatMap(({ at, actor, what, reason, revisionBefore, revisionAfter }) => {
    const head = `${momentText(at)}  ${plain(actor)}: ${what.replace('saga.', '')}`;
    const of = revisionBefore === null ? '' : ` (revision ${revisionBefore} → ${revisionAfter})`;
    return wrap(`${head}${of}: ${plain(reason)}`, width).map((line) => paint(undefined, line));
  });
}

/** As they are typed. @param why also those that would be refused */
export function actionLines(
  { items }: OpenActions,
  why: boolean,
  { width, paint }: Looks,
): string[] {
  const allowed = items.filter((item) => item.allowed).map(actionText);
  const refused = items.filter((item) => !item.allowed);
  const told = refused.flatMap((item) =>
    wrap(`${actionText(item)}: ${item.why ?? ''}`, width - 2).map((line, i) =>
      paint('dim', i === 0 ? line : `  ${line}`),
    ),
  );
  return [
    ...(allowed.length > 0 ? allowed : ['nothing']),
    ...(why
      ? told
      : refused.length > 0
        ? [paint('dim', `${refused.length} could not: --why`)]
        : []),
  ];
}

const actionText = ({
  action,
  step,
  outcome,
  effect,
  version,
}: OpenActions['items'][number]): string =>
  [
    action,
    ...[step, effect].filter((word) => word !== undefined).map(plain),
    ...(outcome === undefined ? [] : [`--${outcome}`]),
    ...(version === undefined ? [] : [`--to ${version}`]),
  ].join(' ');
