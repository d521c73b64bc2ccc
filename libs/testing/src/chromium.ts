/** A browser for the tests of pages: where it is, and how it comes here where it is not. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/snap/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** `CHROMIUM` names it where it lies elsewhere. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const chosen = env['CHROMIUM'];
  return [...(chosen ? [chosen] : []), ...PLACES].find((path) => existsSync(path));
}

const PACKAGES = ['chromium', 'fonts-liberation'];

/**
 * Installs it on Debian and Ubuntu, as root or by a sudo that asks for nothing. Where that does not
 * succeed, the tests that need it say what to do.
 */
export function provideChromium(log: (line: string) => void): void {
  if (findChromium() !== undefined) return;
  log('· installing Chromium, for the tests of the dashboard');
  const [command = '', ...first] =
    process.getuid?.() === 0 ? ['apt-get'] : ['sudo', '-n', 'apt-get'];
  const apt = (...args: readonly string[]) =>
    spawnSync(command, [...first, ...args], {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  const install = () => apt('install', '-q', '-y', '--no-install-recommends', ...PACKAGES);
  if (!install() && !(apt('update', '-q') && install())) log('! Chromium could not be installed');
}
