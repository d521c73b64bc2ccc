import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { apps, isService, projectRoot, SERVICE_NAMES, type Surroundings } from '#testing';

const compose = readFileSync(projectRoot('docker', 'compose.yaml'), 'utf8');
const around: Surroundings = {
  url: (app) => `http://${app}`,
  smtp: 'sandbox-mail:4025',
  paymentTokenKey: '',
};

/** The text of one service in the file. */
function block(name: string): string {
  const start = compose.indexOf(`\n  ${name}:\n`);
  const end = compose.slice(start + 1).search(/\n {2}[a-z-]+:\n|\n[a-z]/);
  return start < 0 ? '' : compose.slice(start, start + 1 + end);
}

describe('docker/compose.yaml', () => {
  it.each(apps)('runs $name as the table of services says', (app) => {
    const text = block(app.name);
    expect(text).toContain(`dist/services/${app.name}.mjs`);
    for (const port of [app.port, ...Object.values(app.extraPorts)]) {
      expect(text).toContain(`'127.0.0.1:${port}:${port}'`);
    }
    const database = isService(app.name) ? ['DATABASE_URL', 'KAFKA_BROKERS'] : [];
    const variables = ['PORT', ...database, ...Object.keys(app.extraPorts)];
    for (const name of [...variables, ...Object.keys(app.settings(around))]) {
      expect(text).toContain(`${name}:`);
    }
  });

  it('makes a database for each service', () => {
    const script = readFileSync(projectRoot('docker', 'postgres', 'databases.sh'), 'utf8');
    const [, names] = /for service in ([^;]*);/.exec(script) ?? [];
    expect(names?.split(/[\s\\]+/)).toEqual([...SERVICE_NAMES]);
  });
});
