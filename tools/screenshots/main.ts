/** Makes the pictures of the dashboard anew, by the test that visits each of its pages; see `--help`. */
import { spawnSync } from 'node:child_process';
import { projectRoot } from '#testing';

const HELP = `Makes the pictures in docs/images anew: the test that visits every page of the dashboard takes them.

  npm run screenshots
  npm run screenshots -- --help

It needs what that test needs: Kafka, Postgres and Chromium; see docs/dashboard.md.`;

function make(): number {
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
  return status ?? 1;
}

const [word] = process.argv.slice(2);
if (word === '--help' || word === '-h') console.log(HELP);
else if (word === undefined) process.exitCode = make();
else {
  console.error(`✗ '${word}' is not understood; see --help`);
  process.exitCode = 1;
}
