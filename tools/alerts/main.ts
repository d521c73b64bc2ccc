/**
 * Has Prometheus's own `promtool` check the alert rules and run their tests. It comes with
 * Prometheus (Debian and Ubuntu: `apt-get install prometheus`); `PROMTOOL` says where it lies.
 */
import { spawnSync } from 'node:child_process';
import { projectRoot } from '#testing';

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
