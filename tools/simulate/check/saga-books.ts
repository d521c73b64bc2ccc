/** What is promised of every saga, whatever it is about. */
import { isOver, stepsOf, type SagaInstance } from '#saga';
import { sagas } from '../../../apps/orchestrator/src/sagas/index.js';
import type { Shop } from '../shop/shop.js';
import type { Report } from './report.js';

const KINDS = new Map(
  sagas.map((saga) => [
    saga.name,
    {
      pivot: stepsOf(saga).find(({ kind }) => kind === 'pivot')?.name ?? '',
      local: new Set(stepsOf(saga).flatMap(({ kind, name }) => (kind === 'local' ? [name] : []))),
    },
  ]),
);

export function checkSaga(shop: Shop, saga: SagaInstance, say: Report): void {
  checkEnd(saga, say);
  checkSteps(saga, say);
  checkHistory(shop, saga, say);
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
function checkSteps({ definition, steps }: SagaInstance, say: Report): void {
  const kind = KINDS.get(definition);
  const isPivotDone = steps[kind?.pivot ?? '']?.state === 'done';
  for (const [name, step] of Object.entries(steps)) {
    const isUndone = step.undo !== undefined || step.state === 'undone' || step.state === 'undoing';
    if (!isUndone) continue;
    if (isPivotDone) say(`'${name}' was undone although the pivot is done`);
    const wasDone = step.command !== undefined || kind?.local.has(name) === true;
    if (!wasDone) say(`'${name}' was undone without having been sent`);
  }
}

function checkHistory({ sagas: { history } }: Shop, saga: SagaInstance, say: Report): void {
  for (let revision = 1; revision <= saga.revision; revision += 1) {
    if (!history.rows.has(`${saga.id}/${revision}`)) say(`its history lacks revision ${revision}`);
  }
}
