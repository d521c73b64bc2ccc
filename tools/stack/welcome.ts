import { appSpec, type AppName } from '#testing';
import { EXAMPLE_ORDER } from '../example/example.js';
import { shownPath } from './keys-file.js';
import { appPorts, appUrl, stackPaths, type StackSettings } from './settings.js';
import type { StackState } from './state.js';
import { formatTable } from './table.js';

// Services with an API of their own, which have a page that describes it.
export const WITH_PAGE: readonly AppName[] = [
  'order',
  'orchestrator',
  'inventory',
  'catalog',
  'customer',
  'merchant',
  'analytics',
  'accounting',
  'settlement',
  'withdrawal',
  'audit',
];

/** What the user sees when everything runs: where things are, and a line to try. */
export function welcome(
  settings: StackSettings,
  state: StackState,
  names: readonly AppName[],
  took: string,
): string {
  const rows = names.map((name) => {
    const url = appUrl(settings, name);
    return [name, WITH_PAGE.includes(name) ? `${url}/docs` : url, about(settings, name)];
  });
  rows.push([
    'Postgres',
    new URL(state.postgresUrl ?? 'postgres://-').host,
    'database and role: <service>, password as the role',
  ]);
  rows.push(['Kafka', state.kafka?.brokers ?? '', state.kafka?.description ?? '']);
  const parts = [
    `\nAll of it runs after ${took}: ${state.page ?? ''} shows how it is.\n`,
    formatTable(rows),
  ];
  if (hasKeys(names)) {
    const file = shownPath(stackPaths(settings).keys);
    parts.push('', `Keys for the APIs of order and orchestrator lie in ${file}, for you alone.`);
  }
  if (names.includes('order')) parts.push('', 'Try:', tryIt(settings, names));
  parts.push('', 'npm run stack -- --help lists what else can be done.');
  return parts.join('\n');
}

const hasKeys = (names: readonly AppName[]): boolean =>
  names.includes('merchant') || names.includes('orchestrator');

function about(settings: StackSettings, name: AppName): string {
  const smtp = appPorts(settings, name)['SMTP_PORT'];
  return appSpec(name).about + (smtp === undefined ? '' : `, SMTP on ${smtp}`);
}

/** For a shell, which looks for a file without a folder elsewhere. */
const quoted = (path: string): string => {
  const found = path.includes('/') ? path : `./${path}`;
  return /^[\w./-]+$/.test(found) ? found : `'${found}'`;
};

function tryIt(settings: StackSettings, names: readonly AppName[]): string {
  const json = "-H 'Content-Type: application/json'";
  const lines: string[] = [];
  if (names.includes('inventory')) {
    lines.push(
      `curl -X PUT ${appUrl(settings, 'inventory')}/stock/85123A ${json} -d '{"onHand": 100}'`,
    );
  }
  const isAsked = names.includes('merchant');
  if (isAsked || names.includes('orchestrator')) {
    lines.push(`. ${quoted(shownPath(stackPaths(settings).keys))}`);
  }
  const key = isAsked ? `-H "X-API-Key: $MERCHANT_KEY" ` : '';
  const order = JSON.stringify(EXAMPLE_ORDER);
  lines.push(`curl -i ${appUrl(settings, 'order')}/orders ${key}${json} -d '${order}'`);
  if (names.includes('orchestrator')) {
    const sagas = `${appUrl(settings, 'orchestrator')}/admin/sagas`;
    lines.push(`curl ${sagas} -H "X-API-Key: $READER_KEY"`);
  }
  if (names.includes('sandbox-mail')) {
    lines.push(`curl '${appUrl(settings, 'sandbox-mail')}/messages?to=alice@example.com'`);
  }
  return lines.map((line) => `  ${line}`).join('\n');
}
