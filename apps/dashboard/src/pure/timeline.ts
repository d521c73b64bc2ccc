/** A saga's history in words: what came, from whom, how long nothing did, and what it changed. */
import type { HistoryEntry } from '../api/types.js';
import { wordOf, type Tone } from './tone.js';

export interface Moment {
  readonly revision: number;
  readonly at: string;
  readonly tone: Tone;
  readonly title: string;
  /** A person, where one did it. */
  readonly actor?: string;
  /** Why; what was noted. */
  readonly lines: readonly string[];
  readonly changes: readonly { readonly step: string; readonly to: string }[];
  /** Names of the steps whose commands went out with it. */
  readonly sent: readonly { readonly step: string; readonly what: 'command' | 'compensation' }[];
  /** Since the entry before; 0 for the first. */
  readonly waitedMs: number;
}

export function timelineOf(entries: readonly HistoryEntry[]): Moment[] {
  return entries.map((entry, index) => {
    const before = entries[index - 1];
    const waitedMs = before ? Math.max(0, Date.parse(entry.at) - Date.parse(before.at)) : 0;
    return momentOf(entry, waitedMs);
  });
}

function momentOf(entry: HistoryEntry, waitedMs: number): Moment {
  const { revision, at, actor, reason, note, changes = [], sent = [] } = entry;
  return {
    ...{ revision, at, waitedMs, changes },
    ...saidBy(entry, changes.length > 0 || sent.length > 0),
    ...(actor !== undefined && { actor }),
    lines: [...(reason ? [`${reason.code}: ${reason.message}`] : []), ...(note ? [note] : [])],
    sent: sent.map(commandOf),
  };
}

/** Commands are called `<saga>:<step>`, those of later rounds and of compensations with more behind. */
function commandOf(commandId: string): Moment['sent'][number] {
  const [, step = commandId, ...more] = commandId.split(':');
  return { step, what: more.some((part) => part.startsWith('undo')) ? 'compensation' : 'command' };
}

const ACTS: Readonly<Record<string, string>> = {
  retry: 'Asked again by hand',
  skip: 'Skipped by hand',
  compensate: 'Turned around by hand',
  'clear-attention': 'Attention cleared',
  'settle-effect': 'Effect settled by hand',
};

function saidBy(entry: HistoryEntry, hasEffect: boolean): { title: string; tone: Tone } {
  const { kind, name, outcome, step, detail } = entry;
  const by = (title: string, tone: Tone = 'plain') => ({ title, tone });
  switch (kind) {
    case 'start':
      return by('Started', 'out');
    case 'reply':
      return by(`${name ?? 'Answer'}${outcome ? ` (${outcome})` : ''}`, toneOfOutcome(outcome));
    case 'report':
      return by('Effects reported');
    case 'cancel':
      return by('Cancel asked for', 'undo');
    case 'timer':
      return hasEffect ? by('No answer in time', 'warn') : by('Timer, and nothing was due');
    case 'mend':
      return by(`A better input${step ? ` for ${step}` : ''}`);
    case 'hold':
      return by('Held', 'warn');
    case 'release':
      return by('Released');
    case 'move':
      return by(`Moved to version ${detail?.toVersion ?? '?'}`);
    case 'intervene':
      return by(intervened(entry), 'warn');
  }
}

function intervened({ step, detail }: HistoryEntry): string {
  const act = detail?.intervention;
  const of = act?.step ?? step;
  if (act?.action === 'resolve') {
    const outcome = act.outcome === 'happened' ? 'it happened' : 'it did not happen';
    return `Resolved by hand: ${outcome}${of ? ` (${of})` : ''}`;
  }
  const what = ACTS[act?.action ?? ''] ?? 'Something done by hand';
  return of === undefined ? what : `${what}: ${of}`;
}

function toneOfOutcome(outcome: string | undefined): Tone {
  if (outcome === 'succeeded') return 'done';
  if (outcome === 'refused' || outcome === 'failed' || outcome === 'dead') return 'bad';
  return 'plain';
}

/** `charge-payment: Done`. */
export const changeText = ({ step, to }: { step: string; to: string }): string =>
  `${step}: ${wordOf(to)}`;
