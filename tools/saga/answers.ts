/** What the admin API answers, by the code that makes it. */
import type { HistoryEntry } from '#saga';
import type { OpenAction } from '../../apps/orchestrator/src/engine/open-actions.js';
import type {
  letterView,
  wholeLetterView,
} from '../../apps/orchestrator/src/http/dead-letter-views.js';
import type {
  definitionList,
  definitionView,
} from '../../apps/orchestrator/src/http/definition-views.js';
import type { sagaDetail, sagaItem } from '../../apps/orchestrator/src/http/saga-views.js';
import type { RecordedAct } from '../../apps/orchestrator/src/persistence/interventions.js';

export type SagaItem = ReturnType<typeof sagaItem>;
export type SagaDetail = ReturnType<typeof sagaDetail>;
export type ToldEntry = Omit<HistoryEntry, 'at'> & { readonly at: string };
export type ToldAct = Omit<RecordedAct, 'at'> & { readonly at: string };
export interface OpenActions {
  readonly revision: number;
  readonly items: readonly OpenAction[];
}
export type Letter = ReturnType<typeof letterView>;
export type WholeLetter = ReturnType<typeof wholeLetterView>;
export type ListedDefinition = ReturnType<typeof definitionList>[number];
export type ShownDefinition = ReturnType<typeof definitionView>;
