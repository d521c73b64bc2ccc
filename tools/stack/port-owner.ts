import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** `node (pid 1234)`: who listens on a port, where the system tells (Linux), else undefined. */
export function portOwner(port: number): string | undefined {
  const inodes = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listeningInodes(read(file), port)),
  );
  if (inodes.size === 0) return undefined;
  const sockets = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  for (const pid of processIds()) {
    if (openFiles(pid).some((file) => sockets.has(file))) {
      const [command = ''] = read(`/proc/${pid}/cmdline`).split('\0');
      return `${basename(command)} (pid ${pid})`;
    }
  }
  return undefined;
}

/** The sockets that listen on a port, out of the text of /proc/net/tcp. */
export function listeningInodes(table: string, port: number): string[] {
  const LISTEN = '0A';
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === LISTEN && local?.endsWith(`:${wanted}`) === true)
    .flatMap((fields) => fields[9] ?? []);
}

function processIds(): string[] {
  return attempt(() => readdirSync('/proc').filter((name) => /^\d+$/.test(name)), []);
}

function openFiles(pid: string): string[] {
  const folder = `/proc/${pid}/fd`;
  return attempt(() => readdirSync(folder), []).map((fd) =>
    attempt(() => readlinkSync(`${folder}/${fd}`), ''),
  );
}

const read = (file: string): string => attempt(() => readFileSync(file, 'utf8'), '');

/** Processes come and go while we look, and others' are closed to us. */
function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
