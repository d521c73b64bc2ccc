/** Programs of Go modules, built with the Go that this machine has. */
import { spawn } from 'node:child_process';

export interface GoInstall {
  /** `path@version` of each program. */
  readonly programs: readonly string[];
  readonly tags: readonly string[];
  /** Where they are put. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Called for each package that had to be compiled; what Go still has is not built again. */
  readonly onPackage: () => void;
}

/** Resolves when they are there. @throws saying why not: no Go, or what Go says in the end. */
export function goInstall(install: GoInstall): Promise<void> {
  const { programs, tags, folder, signal } = install;
  signal.throwIfAborted();
  // Without cgo no C compiler is needed.
  const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' };
  const args = ['go', 'install', '-v', '-tags', tags.join(','), ...programs];
  return new Promise((resolve, reject) => {
    // Politely: it takes long, and nothing waits for it but this.
    const child = spawn('nice', ['-n', '19', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env,
    });
    // Go removes its files in /tmp when it is interrupted, not when it is terminated.
    const interrupt = () => void child.kill('SIGINT');
    signal.addEventListener('abort', interrupt);
    const output = new GoOutput(install.onPackage);
    child.stderr.on('data', (chunk: Buffer) => output.take(chunk.toString()));
    child.once('error', reject);
    child.once('close', (code, killed) => {
      signal.removeEventListener('abort', interrupt);
      if (code === 0) return resolve();
      if (signal.aborted) return reject(signal.reason as Error);
      if (code === NOT_FOUND) return reject(new Error(NO_GO));
      reject(new Error(output.lastLine ?? `go ended with ${killed ?? `exit code ${code}`}`));
    });
  });
}

/** Of `nice`, for a program that is nowhere on the PATH. */
const NOT_FOUND = 127;
const NO_GO = 'it is built with Go, and there is no "go" on the PATH';

/** Standard error of `go install -v`: packages, downloads, and in the end what is wrong. */
class GoOutput {
  lastLine: string | undefined;
  private unfinished = '';

  constructor(private readonly onPackage: () => void) {}

  take(chunk: string): void {
    const lines = (this.unfinished + chunk).split('\n');
    this.unfinished = lines.pop() ?? '';
    for (const line of lines) {
      // A package is one word; whatever Go has to say is more.
      if (/^[^\s:]+$/.test(line)) this.onPackage();
      else if (line !== '' && !line.includes(': downloading ')) this.lastLine = line.trim();
    }
  }
}
