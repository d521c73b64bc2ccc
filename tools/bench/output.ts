import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { MachineFacts } from './machine.js';

/** What the figures are taken on, as text above them; `postgres`: settings by name. */
export function headline(
  machine: MachineFacts,
  postgres: Readonly<Record<string, string>>,
): string {
  const { cpu, cores, memoryGib, fileSystem, node, loadBefore } = machine;
  const settings = Object.entries(postgres).map(([name, value]) => `${name} ${value}`);
  return (
    `${cores} × ${cpu}, ${memoryGib} GiB, ${fileSystem}, Node ${node}, load ${loadBefore}\n` +
    `Postgres: ${settings.join(', ')}`
  );
}

/** Writes a file that was asked for, relative to where the command was given. */
export function save(file: string | undefined, text: string): void {
  if (file === undefined) return;
  const path = resolve(process.env['INIT_CWD'] ?? process.cwd(), file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`wrote ${path}`);
}
