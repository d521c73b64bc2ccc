/** Whether the effects in the tables are those of the sagas that the load generator saw end. */
import type { AuditResult, EffectGroup, Totals } from '../../bench/contract.js';

const COMPLETED = 'charge,notify,reserve,ship';
const COMPENSATED = 'release,reserve';

/** What does not add up; empty when everything does. */
export function judge(audit: AuditResult, ended: Totals): string[] {
  const wanted = { false: COMPLETED, true: COMPENSATED };
  const isRight = ({ declined, steps }: EffectGroup) => steps.join() === wanted[`${declined}`];
  const sagasThat = (declined: boolean) =>
    audit.groups
      .filter((group) => group.declined === declined && isRight(group))
      .reduce((sum, { sagas }) => sum + sagas, 0);
  return [
    ...differs('completed', ended.completed, sagasThat(false)),
    ...differs('compensated', ended.compensated, sagasThat(true)),
    ...(ended.failed > 0 ? [`${ended.failed} sagas failed`] : []),
    ...audit.groups
      .filter((group) => !isRight(group))
      .map(
        ({ declined, steps, sagas }) =>
          `${sagas} ${declined ? 'declined ' : ''}sagas have the effects ${steps.join(', ')}`,
      ),
    ...(audit.twice > 0 ? [`${audit.twice} effects happened twice`] : []),
  ];
}

const differs = (outcome: string, seen: number, found: number): string[] =>
  seen === found ? [] : [`${seen} sagas ${outcome}, ${found} have the effects of it`];

export const addTotals = (a: Totals, b: Totals): Totals => ({
  completed: a.completed + b.completed,
  compensated: a.compensated + b.compensated,
  failed: a.failed + b.failed,
});
