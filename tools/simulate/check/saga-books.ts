/** What is promised of every saga, whatever it is about. */
import {
  coverOf,
  isOver,
  stepsOf,
  type HistoryEntry,
  type SagaDefinition,
  type SagaInstance,
  type StepStateName,
} from '#saga';
import { sagas } from '../../../apps/orchestrator/src/sagas/index.js';
import type { Shop } from '../shop/shop.js';
import type { Report } from './report.js';
import type { Watched } from './watch.js';

/** By which an instance went; the simulated next version is the newest one under another number. */
function definitionOf({ definition, version }: SagaInstance): SagaDefinition | undefined {
  const versions = sagas.filter(({ name }) => name === definition);
  const newest = versions.toSorted((one, other) => other.version - one.version)[0];
  return versions.find((one) => one.version === version) ?? newest;
}

export function checkSaga(shop: Shop, watched: Watched, saga: SagaInstance, say: Report): void {
  const definition = definitionOf(saga);
  if (!definition) return say(`there is no ${saga.definition}`);
  checkEnd(saga, say);
  checkSteps(definition, saga, say);
  const entries = historyOf(shop, saga, say);
  checkOrderOfMessages(watched, entries, say);
  checkOrderOfUndoing(definition, entries, say);
}

function checkEnd({ state, attention, cause, ledger }: SagaInstance, say: Report): void {
  if (!isOver(state) && !attention) say('neither over nor with attention');
  if (attention && (!attention.code || !attention.message)) say('attention without a cause');
  if (state !== 'compensated') return;
  if (!cause) say('compensated without a cause');
  for (const { id, taken, returned } of Object.values(ledger)) {
    if (taken !== returned) say(`the ledger has ${taken - returned} of ${id} open`);
  }
}

/** Only what was sent is undone, and nothing is once the pivot is done. */
function checkSteps(definition: SagaDefinition, { steps }: SagaInstance, say: Report): void {
  const all = stepsOf(definition);
  const isPivotDone = all.some(
    ({ kind, name }) => kind === 'pivot' && steps[name]?.state === 'done',
  );
  for (const [name, step] of Object.entries(steps)) {
    const isUndone = step.undo !== undefined || step.state === 'undone' || step.state === 'undoing';
    if (!isUndone) continue;
    if (isPivotDone) say(`'${name}' was undone although the pivot is done`);
    const isLocal = all.some((one) => one.name === name && one.kind === 'local');
    if (step.command === undefined && !isLocal)
      say(`'${name}' was undone without having been sent`);
  }
}

function historyOf({ sagas: { history } }: Shop, saga: SagaInstance, say: Report): HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  for (let revision = 1; revision <= saga.revision; revision += 1) {
    const entry = history.rows.get(`${saga.id}/${revision}`);
    if (entry) entries.push(entry);
    else say(`its history lacks revision ${revision}`);
  }
  return entries;
}

/** Decided in the order of their partition, whoever did it: no timer before the backlog in front of it. */
function checkOrderOfMessages(
  { inbox }: Watched,
  entries: readonly HistoryEntry[],
  say: Report,
): void {
  const seen = new Set<string>();
  let last = -1;
  for (const { kind, messageId, revision } of entries) {
    // What comes again is recorded again, and lies where it lay.
    if (seen.has(messageId)) continue;
    seen.add(messageId);
    const offset = inbox.get(messageId);
    if (offset === undefined) return say(`revision ${revision} is a ${kind} that never arrived`);
    if (offset < last) return say(`the ${kind} of revision ${revision} was overtaken`);
    last = offset;
  }
}

const STANDING: readonly StepStateName[] = ['sent', 'pending', 'done', 'in-doubt', 'undoing'];

/** Whatever was done later is undone first; a compensation that has failed holds nothing else up. */
function checkOrderOfUndoing(
  { groups }: SagaDefinition,
  entries: readonly HistoryEntry[],
  say: Report,
): void {
  const states = new Map<string, StepStateName>();
  const failed = new Set<string>();
  for (const { changes = [], outcome, detail } of entries) {
    const [, step = '', way = ''] = detail?.commandId?.split(':') ?? [];
    const isNo = outcome === 'refused' || outcome === 'dead';
    if (isNo && way.startsWith('undo')) failed.add(step);
    for (const { step: name, to } of changes) {
      states.set(name, to);
      if (to !== 'undoing') continue;
      const at = groups.findIndex((group) => group.some((one) => one.name === name));
      const first = groups
        .slice(at + 1)
        .flat()
        .find((later) => {
          const state = states.get(later.name) ?? 'waiting';
          const cover = coverOf(later);
          if (cover !== undefined && state === 'undoing') return false;
          return STANDING.includes(state) && cover !== name && !failed.has(later.name);
        });
      if (first) say(`'${name}' was undone before '${first.name}', which came after it`);
    }
  }
}
