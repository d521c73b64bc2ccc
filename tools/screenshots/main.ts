/** Makes the pictures of the dashboard anew, by the test that visits each of its pages. */
import { spawnSync } from 'node:child_process';
import { projectRoot } from '#testing';

const { status } = spawnSync(
  process.execPath,
  [
    ...['--disable-warning=TimeoutNegativeWarning', 'dist/tools/test/main.js'],
    ...['integration', 'orchestrator/dashboard.spec', '-t', 'fit for everybody'],
  ],
  {
    cwd: projectRoot(),
    stdio: 'inherit',
    env: { ...process.env, SCREENSHOTS: projectRoot('docs', 'images') },
  },
);
process.exitCode = status ?? 1;
