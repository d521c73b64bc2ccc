/**
 * Places where a test lets the process die as if by `kill -9`, or fall asleep as if its machine had
 * been suspended. `CRASH_AT=<name>` dies the first time that place is reached, `CRASH_AT=<name>#<n>`
 * the n-th time; `PAUSE_AT` likewise, until somebody sends SIGCONT.
 */
type Harm = readonly [name: string, signal: NodeJS.Signals, visitsLeft: { count: number }];

const harmAt = (setting: string | undefined, signal: NodeJS.Signals): Harm[] => {
  if (!setting) return [];
  const [name = '', count = '1'] = setting.split('#');
  return [[name, signal, { count: Number(count) }]];
};

const harms: readonly Harm[] = [
  ...harmAt(process.env['CRASH_AT'], 'SIGKILL'),
  ...harmAt(process.env['PAUSE_AT'], 'SIGSTOP'),
];

const suffer = (name: string): void => {
  for (const [where, signal, visitsLeft] of harms) {
    if (where !== name) continue;
    visitsLeft.count -= 1;
    if (visitsLeft.count === 0) process.kill(process.pid, signal);
  }
};

let visit = suffer;

export const crashPoint = (name: string): void => visit(name);

/** For the simulator, where a crash takes one replica of many: `to` throws to end it there. */
export const divertCrashPoints = (to: (name: string) => void = suffer): void => {
  visit = to;
};
