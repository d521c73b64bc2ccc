import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { follower } from './background.js';
import { stackPaths, StackProblem, type StackSettings } from './settings.js';

export interface LogsOptions {
  readonly names: readonly string[];
  readonly follow: boolean;
  readonly lines: number;
}

/** Shows the end of the logs, and with `follow` what comes after it until Ctrl-C. */
export async function runLogs(settings: StackSettings, options: LogsOptions): Promise<number> {
  const files = logFiles(stackPaths(settings).logs, options.names);
  for (const file of files) {
    if (files.length > 1) console.log(`==> ${file}`);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    console.log(lines.slice(-options.lines).join('\n'));
  }
  if (!options.follow) return 0;
  const followers = files.map((file) => follower(file, statSync(file).size));
  const timer = setInterval(() => followers.forEach((show) => show()), 200);
  await new Promise<void>((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  clearInterval(timer);
  return 0;
}

function logFiles(folder: string, names: readonly string[]): string[] {
  const all = existsSync(folder)
    ? readdirSync(folder).filter((file) => file.endsWith('.log') && !/-\d+\.log$/.test(file))
    : [];
  if (all.length === 0) throw new StackProblem(`There are no logs in ${folder} yet.`);
  if (names.length === 0) return all.map((file) => join(folder, file));
  return names.map((name) => {
    const file = [name.toLowerCase(), `sandbox-${name}`].map((base) => `${base}.log`);
    const found = all.find((candidate) => file.includes(candidate));
    if (!found) {
      const known = all.map((candidate) => candidate.replace('.log', '')).join(', ');
      throw new StackProblem(`There is no log of "${name}". There are: ${known}.`);
    }
    return join(folder, found);
  });
}
