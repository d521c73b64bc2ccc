/**
 * Places where a test lets the process die as if by `kill -9`. `CRASH_AT=<name>` dies the first
 * time that place is reached, `CRASH_AT=<name>#<n>` the n-th time.
 */
const [crashName, crashCount = '1'] = (process.env['CRASH_AT'] ?? '').split('#');
let visitsLeft = Number(crashCount);

export const crashPoint = (name: string): void => {
  if (name !== crashName) return;
  visitsLeft -= 1;
  if (visitsLeft <= 0) process.kill(process.pid, 'SIGKILL');
};
