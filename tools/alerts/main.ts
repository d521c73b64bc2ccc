/**
 * Has Prometheus's own `promtool` check the alert rules and run their tests. It comes with
 * Prometheus (Debian and Ubuntu: `apt-get install prometheus`); `PROMTOOL` says where it lies.
 */
import { spawnSync } from 'node:child_process';
import { projectRoot } from '#testing';

const HELP = `npm run alerts

Has promtool check docker/prometheus/alerts.yml and prometheus.yml and run the tests of the rules,
docker/prometheus/alerts.test.yml. Exits with 1 when one of them is wrong.

promtool comes with Prometheus (apt-get install prometheus); PROMTOOL says where it lies.

  --help   this text`;

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(HELP);
  process.exit(0);
}

const folder = projectRoot('docker', 'prometheus');
const promtool = process.env['PROMTOOL'] || 'promtool';

const RUNS = [
  ['check', 'rules', 'alerts.yml'],
  ['check', 'config', '--syntax-only', 'prometheus.yml'],
  ['test', 'rules', 'alerts.test.yml'],
];

for (const args of RUNS) {
  const { error, status } = spawnSync(promtool, args, { cwd: folder, stdio: 'inherit' });
  if (error) {
    console.error(`✗ ${promtool} cannot be run (${error.message}).`);
    console.error('  It comes with Prometheus: apt-get install prometheus, or set PROMTOOL.');
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? 1);
}
