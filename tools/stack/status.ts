import { apps } from '#testing';
import { readHealth } from './health.js';
import { isAlive } from './process-identity.js';
import { appUrl, stackPaths, type StackSettings } from './settings.js';
import { isRunning, readState, type PartState } from './state.js';
import { formatTable } from './table.js';

/** Exit status 0 when everything that should run does, 3 when something does not. */
export async function runStatus(settings: StackSettings): Promise<number> {
  const state = readState(stackPaths(settings).state);
  if (!isRunning(state)) {
    console.log(
      state
        ? 'The stack does not run; its last run did not end properly ("npm run stack -- down").'
        : 'The stack does not run.',
    );
    return 3;
  }
  const isApp = new Set<string>(apps.map(({ name }) => name));
  const rows = await Promise.all(
    state.parts.map(async (part) => {
      const alive =
        part.ended === undefined && (part.process === undefined || isAlive(part.process));
      const health =
        isApp.has(part.name) && alive ? await readHealth(urlOf(settings, part)) : undefined;
      return { part, ok: alive && (health?.ok ?? true), health: health?.detail ?? '', alive };
    }),
  );
  const page = state.page === undefined ? '' : `, ${state.page}`;
  console.log(`${state.phase} since ${state.startedAt} (pid ${state.supervisor.pid})${page}`);
  console.log(
    formatTable(
      rows.map(({ part, ok, alive, health }) => [
        ok ? '✓' : '✗',
        part.name,
        part.process === undefined ? 'container' : `pid ${part.process.pid}`,
        part.address,
        alive ? health : `ended${part.ended === undefined ? '' : ` (${part.ended})`}`,
        part.restarts > 0 ? `started again ${part.restarts} times` : '',
      ]),
    ),
  );
  return rows.every(({ ok }) => ok) ? 0 : 3;
}

function urlOf(settings: StackSettings, part: PartState): string {
  const app = apps.find(({ name }) => name === part.name);
  return app ? appUrl(settings, app.name) : part.address;
}
