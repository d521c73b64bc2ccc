import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dataFolder, projectRoot } from '../paths.js';
import { KAFKA_VERSION, MissingToolError } from './kafka-server.js';

const run = promisify(execFile);
/** The `java` to run, or undefined when there is none of version 17 or later. */
export async function findJava(): Promise<string | undefined> {
  const home = process.env['JAVA_HOME'];
  for (const java of [...(home ? [join(home, 'bin', 'java')] : []), 'java']) {
    try {
      const { stderr, stdout } = await run(java, ['-version']);
      const version = /version "(?:1\.)?(\d+)/.exec(stderr + stdout)?.[1];
      if (Number(version) >= 17) return java;
    } catch {
      // Not there: the next one.
    }
  }
  return undefined;
}

/**
 * Folder with Apache Kafka's own jars, fetched by Maven when they are not there yet (45 MB, some
 * seconds). Several processes may ask at once: each fetches aside, the first to finish stays.
 */
export async function kafkaJars(): Promise<string> {
  const folder = dataFolder('cache', `kafka-${KAFKA_VERSION}`);
  if (await isComplete(folder)) return folder;
  await mkdir(dataFolder('cache'), { recursive: true });
  const aside = await mkdtemp(`${folder}-`);
  try {
    await mkdir(join(aside, 'libs'));
    await fetchByMaven(aside);
    await rename(join(aside, 'libs'), folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return folder;
}

async function fetchByMaven(folder: string): Promise<void> {
  const args = [
    ...[
      '--quiet',
      '--batch-mode',
      '-f',
      projectRoot('docker', 'kafka-image', 'pom.xml'),
      'dependency:copy-dependencies',
    ],
    ...['-DincludeScope=runtime', `-DoutputDirectory=${join(folder, 'libs')}`],
  ];
  try {
    await run('mvn', args, { maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    const { code, stdout } = error as NodeJS.ErrnoException & { stdout?: string };
    if (code === 'ENOENT') {
      throw new MissingToolError(
        'Kafka needs Maven to be fetched (Debian: apt-get install maven), and there is no "mvn" here.',
      );
    }
    const why = /\[ERROR\][^\n]*/.exec(stdout ?? '')?.[0] ?? String(error);
    throw new Error(`Maven could not fetch Apache Kafka ${KAFKA_VERSION}: ${why}`, {
      cause: error,
    });
  }
}

async function isComplete(folder: string): Promise<boolean> {
  const files = await readdir(folder).catch((): string[] => []);
  return files.includes(`kafka_2.13-${KAFKA_VERSION}.jar`);
}
