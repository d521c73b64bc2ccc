#!/usr/bin/env node
/**
 * The way into every npm script, for a fresh clone and any Node from 18 on: installs what
 * package-lock.json names when that has changed, builds when a source has changed, and then runs
 * the given program under the Node 24 that came with the packages.
 *
 *   node tools/bootstrap.mjs [--no-build] <program> [arguments…]
 *
 * <program>: a built file (`tools/stack/main` -> dist/tools/stack/main.js), `bin:<name>` for a
 * program of a package, or `build`, which builds even when nothing has changed.
 * It uses nothing but Node itself, and no syntax newer than Node 18.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build, isBuilt } from './bootstrap/build.mjs';
import { install } from './bootstrap/install.mjs';
import { findNode } from './bootstrap/node.mjs';
import { root, runHere, withLock, Problem } from './bootstrap/common.mjs';

async function main(args) {
  if (Number(process.versions.node.split('.')[0]) < 18) {
    throw new Problem(
      `Node ${process.versions.node} is too old to begin with: Node 18 or later is needed.`,
    );
  }
  const noBuild = args[0] === '--no-build';
  const [program, ...rest] = noBuild ? args.slice(1) : args;
  if (program === undefined) {
    throw new Problem('usage: node tools/bootstrap.mjs <program> [arguments]');
  }

  await withLock('install', () => install());
  const node = findNode();
  if (program === 'build') {
    await withLock('build', () => build(node));
    return 0;
  }
  // What only looks at a running stack, or stops it, must work while a source does not compile.
  const looksOnly =
    program === 'tools/stack/main' && rest[0] !== 'up' && existsSync(built(program));
  if (!noBuild && !looksOnly && !isBuilt()) {
    await withLock('build', async () => {
      if (!isBuilt()) await build(node);
    });
  }
  return runHere(node, entry(program), rest);
}

const built = (program) => join(root, 'dist', `${program}.js`);

/** The Node arguments that run a program. */
function entry(program) {
  if (program.startsWith('bin:')) return [join(root, 'node_modules', '.bin', program.slice(4))];
  const file = built(program);
  if (!existsSync(file)) throw new Problem(`There is no ${program} in this version (${file}).`);
  // The Kafka client sets timers into the past.
  return ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning', file];
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(error instanceof Problem ? `✗ ${error.message}` : error);
    process.exitCode = 1;
  },
);
