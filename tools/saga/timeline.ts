/** A history as lines to read: what came, after how long, and what the saga did then. */
import type { ToldEntry } from './answers.js';
import { durationOf } from './format.js';
import { plain, type Paint, type Tint } from './output.js';
import { wrap } from './table.js';

export interface TimelineOptions {
  readonly width: number;
  readonly paint: Paint;
}

/** Keeps what went before, so that a history can be told as it comes. */
export class Timeline {
  private before: ToldEntry | undefined;
  /** By command: when it was sent last, and how often. */
  private readonly sendings = new Map<string, { readonly atMs: number; readonly times: number }>();

  constructor(private readonly options: TimelineOptions) {}

  linesOf(entry: ToldEntry): string[] {
    const { paint, width } = this.options;
    const { before } = this;
    const day = entry.at.slice(0, 10);
    const isNewDay = before?.at.slice(0, 10) !== day;
    const gap = before ? `+${durationOf(Date.parse(entry.at) - Date.parse(before.at))}` : '';
    const head = `${entry.at.slice(11, 23)}  ${gap.padStart(9)}  ${String(entry.revision).padStart(4)}  `;
    const happened = happenedText(entry, this.answerTime(entry));
    const then = this.consequences(entry);
    const room = Math.max(30, width - head.length);
    const tint = tintOf(entry);
    const lines = [
      ...wrap(happened, room).map((line) => paint(tint, line)),
      ...then.flatMap((text) => wrap(`→ ${text}`, room)),
    ];
    this.before = entry;
    return [
      ...(isNewDay ? [paint('dim', `${day} (UTC)`)] : []),
      ...lines.map((line, i) => (i === 0 ? paint('dim', head) : ' '.repeat(head.length)) + line),
    ];
  }

  /** How long after its sending a command was answered. */
  private answerTime({ at, kind, detail }: ToldEntry): number | undefined {
    const sent = kind === 'reply' ? this.sendings.get(detail?.commandId ?? '') : undefined;
    return sent && Date.parse(at) - sent.atMs;
  }

  private consequences(entry: ToldEntry): string[] {
    const { sent = [], changes = [], note, state } = entry;
    const sentSteps = new Set(sent.map((id) => commandOf(id).step));
    const changed = changes
      .filter(({ step, to }) => !(sentSteps.has(step) && (to === 'sent' || to === 'undoing')))
      .map(({ step, to }) => `${step} ${to}`);
    const sendings = sent.map((id) => this.sending(id, entry.at));
    const isTurned = this.before !== undefined && this.before.state !== state;
    const then = [...changed, ...sendings].join(', ');
    return [
      ...(then === '' ? [] : [then]),
      ...(isTurned ? [`the saga is ${state}`] : []),
      ...(note === undefined ? [] : [plain(note)]),
    ];
  }

  private sending(id: string, at: string): string {
    const { step, what } = commandOf(id);
    const times = (this.sendings.get(id)?.times ?? 0) + 1;
    this.sendings.set(id, { atMs: Date.parse(at), times });
    const again = times === 1 ? '' : ` again (${times})`;
    return `${what}${step} sent${again}`;
  }
}

/** `<saga>:<step>[:<round>|:undo[-<round>]|:recall[-<round>]]` */
export function commandOf(id: string): { readonly step: string; readonly what: string } {
  const [, step = id, kind = ''] = id.split(':');
  if (kind.startsWith('undo')) return { step, what: 'undo of ' };
  if (kind.startsWith('recall')) return { step, what: 'recall of ' };
  return { step, what: kind === '' ? '' : `new command (${kind}) of ` };
}

function happenedText(entry: ToldEntry, answeredMs: number | undefined): string {
  const { reason, actor, detail } = entry;
  const why = reason ? `: ${plain(reason.code)}: ${plain(reason.message)}` : '';
  const by = actor === undefined ? '' : ` by ${plain(actor)}`;
  switch (entry.kind) {
    case 'start':
      return 'started';
    case 'reply': {
      const { step } = commandOf(detail?.commandId ?? '');
      const outcome = entry.outcome === 'succeeded' ? '' : ` (${entry.outcome})`;
      const of = step === '' ? '' : `, ${step}`;
      const after = answeredMs === undefined ? '' : ` after ${durationOf(answeredMs)}`;
      return `${plain(entry.name ?? 'a reply')}${outcome}${of}${after}${why}`;
    }
    case 'report':
      return `a participant reports what it has moved${why}`;
    case 'timer':
      return 'time is up';
    case 'mend':
      return `a better input for ${entry.step}`;
    case 'cancel':
      return `cancel${by}${why}`;
    case 'hold':
    case 'release':
      return `${entry.kind}${by}${why}`;
    case 'move':
      return `move to v${detail?.toVersion ?? '?'}${by}${why}`;
    case 'intervene': {
      const { intervention } = detail ?? {};
      const outcome = intervention?.action === 'resolve' ? ` (${intervention.outcome})` : '';
      const of = entry.step === undefined ? '' : ` ${entry.step}`;
      return `${intervention?.action ?? 'intervention'}${of}${outcome}${by}${why}`;
    }
  }
}

function tintOf({ kind, outcome, actor }: ToldEntry): Tint | undefined {
  if (actor !== undefined) return 'bold';
  if (kind === 'timer') return 'yellow';
  return outcome === undefined || outcome === 'succeeded' ? undefined : 'red';
}
