import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort, isPortFree, Ports } from './ports.js';

describe('a free port', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ports-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const reserve = (port: number, pid: number): void =>
    writeFileSync(join(folder, String(port)), String(pid));

  it('is given to one process alone, also before anybody listens', async () => {
    const first = await freePort();
    reserve(first, process.pid);
    await expect(new Ports(folder, first, first).next()).rejects.toThrow('No free port between');
  });

  it('is given once to two who look, one right after the other', async () => {
    let first = await freePort();
    while (!(await isPortFree(first + 1))) first = await freePort();
    for (let round = 0; round < 20; round += 1) {
      const place = join(folder, String(round));
      const [one, other] = [new Ports(place, first, first + 1), new Ports(place, first, first + 1)];
      const given = [await one.next(), await other.next()];
      expect(given.toSorted()).toEqual([first, first + 1]);
    }
  });

  it('is for anybody again when the process has ended to which it was given', async () => {
    const first = await freePort();
    const { pid } = spawnSync(process.execPath, ['--version']);
    reserve(first, pid);
    expect(await new Ports(folder, first, first).next()).toBe(first);
    expect(readdirSync(folder)).toEqual([String(first)]);
  });

  it('is none on which somebody listens', async () => {
    const first = await freePort();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(first, '127.0.0.1', resolve));
    await expect(new Ports(folder, first, first).next()).rejects.toThrow('No free port between');
    await new Promise((resolve) => server.close(resolve));
  });

  it('is found also where nothing can be written', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(await new Ports(file).next()).toBeGreaterThan(0);
  });
});
