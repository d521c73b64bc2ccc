/** `npm run saga -- definitions`. */
import { UsageError } from '../sagas/arguments.js';
import { adminApi, type AdminApi } from './admin-api.js';
import type { ListedDefinition, ShownDefinition } from './answers.js';
import type { SagaCommand } from './command.js';
import { connectionOf } from './connection.js';
import { EXIT } from './exit-status.js';
import { durationOf } from './format.js';
import { CONNECTION_HELP, EXIT_HELP, readOptions, wholeIn, wordsIn } from './options.js';
import { lineWidth, paint, plain, print, printJson, remark } from './output.js';
import { fitTable, type Cell, type Column } from './table.js';

const help = `Tells what definitions there are, in which versions, and how many sagas of each go on.

  npm run saga -- definitions                        all of them
  npm run saga -- definitions <name> <version>       one: its steps, commands and answers
      --mermaid                                      its diagram instead
      --to N                                         what moving its live sagas there would mean

${CONNECTION_HELP}

${EXIT_HELP}`;

/** Of 10,000 live sagas at most. */
interface Preview {
  readonly compatible: number;
  readonly needsMapping: number;
  readonly mustStay: number;
  readonly problems: readonly { readonly text: string; readonly count: number }[];
  readonly looked: number;
  readonly complete: boolean;
}

async function run(args: readonly string[]): Promise<number> {
  const given = readOptions(args, { mermaid: 'flag', to: 'text' });
  const to = wholeIn(given, 'to', { max: 999_999 });
  const isJson = given.flag('json') === true;
  if (given.words.length === 0) {
    if (to !== undefined) throw new UsageError('--to needs a name and a version; see --help');
    const api = adminApi(await connectionOf(given));
    const { items } = await api.get<{ items: ListedDefinition[] }>('/definitions');
    if (isJson) printJson({ items });
    else table([{ title: 'DEFINITION' }, { title: 'VERSION' }, { title: 'LIVE' }], listRows(items));
    return EXIT.done;
  }
  const [name = '', version = ''] = wordsIn(given, 'the name', 'the version');
  const api = adminApi(await connectionOf(given));
  const path = `/definitions/${encodeURIComponent(name)}/${encodeURIComponent(version)}`;
  if (to !== undefined) await preview(api, `${path}/moves/${to}`, isJson);
  else await one(api, path, { isJson, isDiagram: given.flag('mermaid') === true });
  return EXIT.done;
}

const table = (columns: readonly Column[], rows: readonly (readonly Cell[])[]): void => {
  const { lines, isCut } = fitTable(columns, rows, { width: lineWidth(), paint });
  for (const line of lines) print(line);
  if (isCut) remark('… something was cut: --json has all of it.');
};

const listRows = (items: readonly ListedDefinition[]): Cell[][] =>
  items.flatMap(({ name, versions }) =>
    versions.map(({ version, known, live }) => {
      const counts = Object.entries(live).map(([state, count]) => `${count} ${state}`);
      const text = counts.length > 0 ? counts.join(', ') : 'none';
      return [name, String(version), known ? text : `${text}; this orchestrator does not know it`];
    }),
  );

async function one(
  api: AdminApi,
  path: string,
  { isJson, isDiagram }: { readonly isJson: boolean; readonly isDiagram: boolean },
): Promise<void> {
  const definition = await api.get<ShownDefinition>(path);
  if (isJson) return printJson(definition);
  if (isDiagram) return print(definition.mermaid);
  const { name, version, movesFrom, steps } = definition;
  print(paint('bold', `${name} v${version}`));
  if (movesFrom.length > 0)
    print(`takes over from ${movesFrom.map((from) => `v${from}`).join(', ')}`);
  table(
    [
      ...[{ title: 'STEP' }, { title: 'KIND' }, { title: 'COMMAND', flexible: true }],
      ...[
        { title: 'WAITS', right: true },
        { title: 'TRIES', right: true },
      ],
      { title: 'UNDONE BY', flexible: true },
    ],
    steps.map((step) => {
      const { command, compensation, coveredBy } = step;
      const { timing } = step as { timing?: { timeoutMs: number; attempts: number } };
      return [
        ...[step.step, `${step.kind}${step.conditional ? ', at times' : ''}`, command?.name ?? ''],
        ...[timing ? durationOf(timing.timeoutMs) : '', timing ? String(timing.attempts) : ''],
        compensation?.name ?? (coveredBy === undefined ? '' : `with ${coveredBy}`),
      ];
    }),
  );
}

async function preview(api: AdminApi, path: string, isJson: boolean): Promise<void> {
  const found = await api.get<Preview>(path);
  if (isJson) return printJson(found);
  print(`can be moved as they are    ${found.compatible}`);
  print(`need a mapping              ${found.needsMapping}`);
  print(`must stay                   ${found.mustStay}`);
  for (const { text, count } of found.problems) print(`  ${count} × ${plain(text)}`);
  if (!found.complete) remark(`There are more: only the newest ${found.looked} were looked at.`);
}

export const definitions: SagaCommand = {
  about: 'tells what definitions there are, and previews moves',
  help,
  run,
};
