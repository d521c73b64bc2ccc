import { appSpec, type AppName } from '#testing';
import { EXAMPLE_ORDER } from '../example/example.js';
import { appPorts, appUrl, type StackSettings } from './settings.js';
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
  if (names.includes('order')) parts.push('', 'Try:', tryIt(settings, names));
  parts.push('', 'npm run stack -- --help lists what else can be done.');
  return parts.join('\n');
}

function about(settings: StackSettings, name: AppName): string {
  const smtp = appPorts(settings, name)['SMTP_PORT'];
  return appSpec(name).about + (smtp === undefined ? '' : `, SMTP on ${smtp}`);
}

function tryIt(settings: StackSettings, names: readonly AppName[]): string {
  const json = "-H 'Content-Type: application/json'";
  const lines: string[] = [];
  if (names.includes('inventory')) {
    lines.push(
      `curl -X PUT ${appUrl(settings, 'inventory')}/stock/85123A ${json} -d '{"onHand": 100}'`,
    );
  }
  lines.push(
    `curl -i ${appUrl(settings, 'order')}/orders ${json} -d '${JSON.stringify(EXAMPLE_ORDER)}'`,
  );
  if (names.includes('sandbox-mail')) {
    lines.push(`curl '${appUrl(settings, 'sandbox-mail')}/messages?to=alice@example.com'`);
  }
  return lines.map((line) => `  ${line}`).join('\n');
}
