/** `npm run contracts`; see `--help`. */
import 'reflect-metadata';
import { checkFolder, writeFolder } from '../docs/folder.js';
import { HELP, readArguments, UsageError, type Arguments } from './arguments.js';
import { changesSince } from './diff.js';
import { contractPages } from './docs/pages.js';
import { readFolderAt, RELEASED, tamperedWith, writeSnapshot } from './files.js';
import { snapshotsToAdd } from './release.js';
import { readReleased } from './released.js';
import { checkReport, diffReport } from './report.js';
import { checkedNow, verdictOf } from './state.js';

const DOCUMENTS = 'docs/contracts';

const print = (lines: readonly string[]): void => lines.forEach((line) => console.log(line));
const printJson = (content: unknown): void => console.log(JSON.stringify(content, null, 2));

/** Each: whether all is well. */
const commands: Readonly<
  Record<Arguments['command'], (options: Arguments) => boolean | Promise<boolean>>
> = {
  check({ json }) {
    const checked = checkedNow();
    const tampered = tamperedWith();
    const verdict = verdictOf(checked, tampered);
    if (json) printJson(verdict);
    else {
      print(checkReport(verdict, checked.current.shapes.length));
      if (!tampered) console.log('· no git here: nobody can tell whether snapshots were changed');
    }
    return verdict.ok;
  },

  diff({ json, from }) {
    const checked = checkedNow();
    const released = from === undefined ? checked.released : releasedAt(from);
    const changes = changesSince({ ...checked, released });
    if (json) printJson(changes);
    else print(diffReport(changes));
    return true;
  },

  release() {
    const checked = checkedNow();
    const verdict = verdictOf(checked, tamperedWith());
    if (verdict.breaking.length > 0) {
      print(checkReport(verdict, 0));
      return false;
    }
    const files = Object.entries(snapshotsToAdd(checked));
    for (const [name, text] of files) {
      writeSnapshot(name, text);
      console.log(`${RELEASED}/${name} written`);
    }
    if (files.length === 0) console.log('everything is released as it is');
    return true;
  },

  async docs({ check }) {
    const pages = await contractPages();
    if (check) return checkFolder(DOCUMENTS, pages, 'npm run contracts -- docs');
    writeFolder(DOCUMENTS, pages);
    return true;
  },
};

/** @throws UsageError */
function releasedAt(ref: string) {
  const files = readFolderAt(ref);
  if (files === undefined) throw new UsageError(`git knows no '${ref}' here`);
  if (Object.keys(files).length === 0) throw new UsageError(`at '${ref}' there is no ${RELEASED}`);
  return readReleased(files);
}

try {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) console.log(HELP);
  else process.exitCode = (await commands[options.command](options)) ? 0 : 1;
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
