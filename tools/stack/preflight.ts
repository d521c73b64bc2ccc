import { mkdir, statfs } from 'node:fs/promises';
import { isPortFree, type AppName } from '#testing';
import { portOwner } from './port-owner.js';
import { appPorts, StackProblem, type StackSettings } from './settings.js';

// A fresh Postgres and Kafka take about 60 MB; the rest is what a day of trying needs.
const DISK_NEEDED_MB = 300;

/** Finds what would make the start fail half-way, before anything has been started. */
export async function preflight(settings: StackSettings, only: readonly AppName[]): Promise<void> {
  await checkDisk(settings.dataDir);
  await checkPorts(settings, only);
}

async function checkDisk(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new StackProblem(`The data folder ${folder} cannot be made: ${(error as Error).message}`);
  }
  const freeMb = await freeSpaceMb(folder);
  if (freeMb < DISK_NEEDED_MB) {
    throw new StackProblem(
      `The disk is full: ${freeMb} MB are free for ${folder}, ${DISK_NEEDED_MB} MB are needed.`,
    );
  }
}

/** Whether nothing more goes in; a part of a block may still be free. */
export const isDiskFull = async (folder: string): Promise<boolean> =>
  (await freeSpaceMb(folder)) < 2;

async function freeSpaceMb(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.floor((bavail * bsize) / (1024 * 1024));
}

async function checkPorts(settings: StackSettings, only: readonly AppName[]): Promise<void> {
  const wanted: [string, number][] = [
    ...(settings.databaseUrl ? [] : [['Postgres', settings.postgresPort] as [string, number]]),
    ...(settings.kafkaBrokers ? [] : [['Kafka', settings.kafkaPort] as [string, number]]),
    ['start page', settings.pagePort],
    ...only.flatMap((name) =>
      Object.values(appPorts(settings, name)).map((port): [string, number] => [name, port]),
    ),
  ];
  const taken: string[] = [];
  for (const [name, port] of wanted) {
    if (port > 65_535) throw new StackProblem(`STACK_PORT_OFFSET is too large: port ${port}.`);
    if (await isPortFree(port)) continue;
    const owner = portOwner(port);
    taken.push(`Port ${port} (${name}) is in use${owner === undefined ? '' : ` by ${owner}`}.`);
  }
  if (taken.length === 0) return;
  const hint = 'End what uses it, or move all ports: STACK_PORT_OFFSET=1000 npm start';
  throw new StackProblem([...taken, hint].join('\n  '));
}
