/** Bulk actions in words: what can be decided about one now, how far it is, what it was made from. */
import type { BulkAction, BulkDecision, BulkState } from '../api/bulk-types.js';
import type { Me } from '../api/types.js';
import { wordsOf } from './actions.js';
import { formatNumber } from './format.js';

/** As the API rules; what it refuses all the same, it says. */
const FROM: Readonly<Record<BulkDecision, readonly BulkState[]>> = {
  start: ['draft'],
  approve: ['awaiting-approval'],
  resume: ['paused', 'stopped'],
  pause: ['running'],
  cancel: ['draft', 'awaiting-approval', 'running', 'paused', 'stopped'],
};
const DECISIONS: readonly BulkDecision[] = ['start', 'approve', 'resume', 'pause', 'cancel'];

export interface OpenDecision {
  readonly decision: BulkDecision;
  readonly label: string;
  /** What it means, before somebody says yes. */
  readonly meaning: string;
  readonly isGrave: boolean;
  /** Why not by this person. */
  readonly why?: string;
}

/** What its state allows. */
export const decisionsOf = (
  bulk: BulkAction,
  me: Pick<Me, 'owner' | 'role'>,
): readonly OpenDecision[] =>
  DECISIONS.filter((decision) => FROM[decision].includes(bulk.state)).map((decision) => {
    const why = objectionOf(bulk, decision, me);
    return { ...wordsFor(bulk, decision), decision, ...(why !== undefined && { why }) };
  });

function wordsFor(bulk: BulkAction, decision: BulkDecision): Omit<OpenDecision, 'decision'> {
  const { isGrave } = wordsOf(bulk);
  const left = sagas(bulk.progress.waiting);
  switch (decision) {
    case 'start':
      return bulk.needsApproval
        ? said(
            'Ask for approval',
            `Nothing begins before a second person has approved it: ${left}.`,
          )
        : said('Start', `It begins at once, with ${left}.`, isGrave);
    case 'approve':
      return said(
        'Approve',
        `It begins at once, with ${left}. You answer for it beside who has made it.`,
        isGrave,
      );
    case 'resume':
      return said(
        'Resume',
        `It goes on with the ${left} that are left; errors are counted anew.`,
        isGrave,
      );
    case 'pause':
      return said('Pause', 'No more is begun; what is out goes its way. It can be resumed.');
    case 'cancel':
      return said('Cancel it', 'It ends for good. What was done to sagas stays done.', true);
  }
}

const said = (label: string, meaning: string, isGrave = false) => ({ label, meaning, isGrave });

function objectionOf(
  { madeBy }: BulkAction,
  decision: BulkDecision,
  { owner, role }: Pick<Me, 'owner' | 'role'>,
): string | undefined {
  if (role === 'reader') return 'Your key is a reader’s: an operator can do these.';
  if (decision !== 'approve') return undefined;
  if (owner === madeBy) return 'You have made it, so that you cannot approve it.';
  return role === 'approver' ? undefined : 'To approve it needs an approver’s key.';
}

export const sagas = (count: number): string =>
  `${formatNumber(count)} ${count === 1 ? 'saga' : 'sagas'}`;

/** `612 of 1,000`: of how many it is known what became of them. */
export const progressText = ({
  progress: { size, waiting },
}: Pick<BulkAction, 'progress'>): string =>
  `${formatNumber(size - waiting)} of ${formatNumber(size)}`;

/** Whether there is something to watch: it is being done, or its sagas have yet to end. */
export const isMoving = ({ state, sagasNow }: BulkAction): boolean =>
  state === 'running' || (sagasNow?.underWay ?? 0) > 0;

/** The search that it was made from, as addresses have it. */
export const queryOf = (filter: BulkAction['filter']): Record<string, string | readonly string[]> =>
  Object.fromEntries(
    Object.entries(filter).map(([name, value]) => [
      name,
      typeof value === 'number' ? String(value) : value,
    ]),
  );

/** `customer: c-1, attention: true`. */
export const filterText = (filter: BulkAction['filter']): string =>
  Object.entries(filter)
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? value.join(', ') : value}`)
    .join(', ');

/** The filter of an address, as the API takes it in a body. */
export function filterBody(query: URLSearchParams): Record<string, string | string[]> {
  const body: Record<string, string | string[]> = Object.fromEntries(query);
  if (query.has('attribute')) body['attribute'] = query.getAll('attribute');
  return body;
}

export type BulkKind =
  | 'retry'
  | 'skip'
  | 'resolve'
  | 'compensate'
  | 'cancel'
  | 'clear-attention'
  | 'hold'
  | 'release'
  | 'move';

/** What must, may or need not be said beside the kind. */
export const needsOf = (kind: BulkKind) =>
  ({
    step: NEEDS_STEP.has(kind) ? 'must' : kind === 'clear-attention' ? 'may' : 'no',
    outcome: kind === 'resolve',
    version: kind === 'move',
  }) as const;

const NEEDS_STEP: ReadonlySet<BulkKind> = new Set(['retry', 'skip', 'resolve']);
