import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { buildTemporal } from './temporal.js';

const path = process.env['PATH'];
let place: string;
let folder: string;
let said: string[];

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'temporal-spec-'));
  folder = join(place, 'built');
  said = [];
  await symlink('/usr/bin/nice', join(place, 'nice'));
  process.env['PATH'] = place;
});

afterEach(async () => {
  process.env['PATH'] = path;
  await rm(place, { recursive: true, force: true });
});

/** A Go that runs these lines of a shell. */
async function givenGo(...lines: string[]): Promise<void> {
  await writeFile(join(place, 'go'), `#!/bin/sh\n${lines.join('\n')}\n`);
  await chmod(join(place, 'go'), 0o755);
}

const build = (mayTakeLong = true, signal = new AbortController().signal) =>
  buildTemporal({ say: (line) => said.push(line), mayTakeLong, signal }, folder);

const BUILDS = [': > "$GOBIN/server"', ': > "$GOBIN/sql"'];

it('has both programs in its folder once Go has built them, and does not build again', async () => {
  await givenGo('echo net/http >&2', 'echo go: downloading a v1 >&2', ...BUILDS);
  await build();
  expect(readdirSync(folder).toSorted()).toEqual(['server', 'sql']);
  expect(said.at(-1)).toMatch(/^✓ built 0\.\d min, 1 packages compiled$/);

  await givenGo('exit 1');
  await build();
  expect(said).toHaveLength(2);
});

it('says that there is no Go', async () => {
  await expect(build()).rejects.toThrow(
    'its server cannot be built: it is built with Go, and there is no "go" on the PATH',
  );
});

it('says in the words of Go why a build failed, and leaves nothing that looks built', async () => {
  await givenGo(
    'echo go: downloading example.org/b v1.0.0 >&2',
    'echo "go: example.org/b@v1.0.0 requires go >= 1.99" >&2',
    'echo net/http >&2',
    BUILDS[0] ?? '',
    'exit 1',
  );
  await expect(build()).rejects.toThrow(
    'its server cannot be built: go: example.org/b@v1.0.0 requires go >= 1.99',
  );
  expect(readdirSync(place).toSorted()).toEqual(['go', 'nice']);

  await givenGo(...BUILDS);
  await build();
  expect(existsSync(join(folder, 'server'))).toBe(true);
});

it('names a program that Go did not build', async () => {
  await givenGo(BUILDS[1] ?? '');
  await expect(build()).rejects.toThrow('Go built no server');
  expect(existsSync(folder)).toBe(false);
});

it('does not build when that would take too long', async () => {
  await givenGo(...BUILDS);
  await expect(build(false)).rejects.toThrow('"npm run bench -- --prepare" builds it');
  expect(said).toEqual([]);
});

it('interrupts Go when the user has had enough, and waits for its end', async () => {
  await givenGo(
    `trap ': > "${place}/cleaned"; exit 1' INT`,
    `: > "${place}/begun"`,
    'while :; do /bin/sleep 0.01; done',
  );
  const interrupt = new AbortController();
  const building = build(true, interrupt.signal);
  const hasBegun = () => existsSync(join(place, 'begun'));
  void until(hasBegun).then(() => interrupt.abort());
  await expect(building).rejects.toThrow('its server is not built yet: interrupted');
  expect(existsSync(join(place, 'cleaned'))).toBe(true);
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}
