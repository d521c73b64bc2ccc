/** How the states of sagas, steps and letters look: never by colour alone, each also has its word. */

export type Tone = 'plain' | 'out' | 'done' | 'undo' | 'bad' | 'warn' | 'off';

const TONES: Readonly<Record<string, Tone>> = {
  ...{ 'awaiting-start': 'plain', running: 'out', compensating: 'undo' },
  ...{ completed: 'done', compensated: 'undo' },
  ...{ waiting: 'plain', sent: 'out', resent: 'warn', pending: 'out', done: 'done' },
  ...{ refused: 'bad', 'in-doubt': 'bad', undoing: 'undo', undone: 'undo', skipped: 'off' },
  ...{ failed: 'bad', open: 'bad', redriven: 'done', discarded: 'off' },
  ...{ draft: 'plain', 'awaiting-approval': 'warn', paused: 'warn', stopped: 'bad' },
  ...{ finished: 'done', cancelled: 'off', moved: 'warn' },
};

export const toneOf = (state: string): Tone => TONES[state] ?? 'plain';

const WORDS: Readonly<Record<string, string>> = {
  ...{ 'awaiting-start': 'Awaits its start', running: 'Running', compensating: 'Being undone' },
  ...{ completed: 'Completed', compensated: 'Undone' },
  ...{ waiting: 'Not yet', sent: 'Asked', resent: 'Asked again', pending: 'Accepted, takes long' },
  ...{ done: 'Done', refused: 'Refused', 'in-doubt': 'In doubt' },
  ...{ undoing: 'Being undone', undone: 'Undone', skipped: 'Skipped', failed: 'Failed' },
  ...{ open: 'Open', redriven: 'Redriven', discarded: 'Discarded' },
  ...{ draft: 'Draft', 'awaiting-approval': 'Awaits approval', paused: 'Paused' },
  ...{ stopped: 'Stopped', finished: 'Finished', cancelled: 'Cancelled', moved: 'Had moved' },
};

export const wordOf = (state: string): string => WORDS[state] ?? state;
