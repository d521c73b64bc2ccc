/** Whoever asks a command what it does must not set it off. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { projectRoot } from '#testing';

const { scripts } = JSON.parse(readFileSync(projectRoot('package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const built = Object.entries(scripts).flatMap(([name, script]) => {
  const program = /bootstrap\.mjs (tools\/\S+)(.*)$/.exec(script);
  return program ? [{ name, file: `dist/${program[1]}.js`, args: words(program[2] ?? '') }] : [];
});

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

it('knows the commands', () => {
  expect(built.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['start', 'stack', 'demo', 'test', 'test:e2e', 'verify']),
  );
});

it.each(built)('$name --help tells what it does, and does nothing', ({ file, args }) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [projectRoot(file), ...args, '--help'],
    // Whatever it starts all the same would end here.
    { encoding: 'utf8', timeout: 30_000 },
  );
  expect(stderr).toBe('');
  expect(stdout).toMatch(/--help|npm start/);
  expect(stdout).not.toMatch(/Suites:|──|Kafka for the tests/);
  expect(status).toBe(0);
});
