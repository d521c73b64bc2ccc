/**
 * All unit specs of the saga core as one: Jest loads everything anew for each file, which is most of
 * the time that a mutant takes.
 */
import { readdirSync } from 'node:fs';

const folder = new URL('../../libs/saga/src/', import.meta.url);
for (const file of readdirSync(folder).filter((name) => name.endsWith('.spec.ts'))) {
  await import(new URL(file, folder).pathname);
}
