/** What a history entry keeps so that its decision can be made again. */
import type { StepTiming } from './definition.js';
import { fingerprint } from './fingerprint.js';
import type { Command, Decision, HistoryDetail, HistoryEntry, SagaMessage } from './messages.js';
import { defaultTiming } from './timing.js';

/** What the message itself said. */
export const detailOf = (message: SagaMessage): Omit<HistoryDetail, 'jitter'> => {
  switch (message.kind) {
    case 'reply':
    case 'report':
      return {
        ...(message.commandId !== undefined && { commandId: message.commandId }),
        ...('result' in message && message.result && { result: message.result }),
        ...(message.effects && { effects: message.effects }),
      };
    case 'timer':
      return {
        publishedBy: Number.isFinite(message.publishedBy) ? message.publishedBy : null,
        dueBefore: message.dueBefore,
      };
    case 'mend':
      return { data: message.data };
    case 'intervene':
      return { intervention: message.intervention };
    case 'move':
      return {
        toVersion: message.to.version,
        ...(message.from !== undefined && { onlyFrom: message.from }),
      };
    default:
      return {};
  }
};

/** Where the service's timing was not the default. */
export const timingDetail = (timing: Required<StepTiming>): { timing?: StepTiming } => {
  const keys = Object.keys(defaultTiming) as (keyof StepTiming)[];
  const special = keys.filter((key) => timing[key] !== defaultTiming[key]);
  if (special.length === 0) return {};
  return { timing: Object.fromEntries(special.map((key) => [key, timing[key]])) };
};

/** What a command says, as a mark: two that differ in it are different commands to a participant. */
export const markOf = ({ contract, payload }: Command): string =>
  fingerprint([contract.name, payload]);

/**
 * The entry as it is to be kept, with what its commands said. Made where it is written and not in
 * `decide`: the explorer decides millions of times and keeps nothing.
 */
export const keptEntry = ({ history, commands }: Decision): HistoryEntry =>
  history.detail && commands.length > 0
    ? { ...history, detail: { ...history.detail, payloads: commands.map(markOf) } }
    : history;
