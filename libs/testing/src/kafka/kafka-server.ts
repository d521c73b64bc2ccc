import type { ProcessExit } from '../process/managed-process.js';

export type KafkaKind = 'container' | 'local' | 'given';

/** A broker that tests and the development stack can take away and bring back. */
export interface KafkaServer {
  /** `host:port`, comma separated. */
  readonly brokers: string;
  readonly kind: KafkaKind;
  /** What it is, for people: image or jars. */
  readonly description: string;
  /** Of a local broker that runs. */
  readonly pid: number | undefined;
  /** Of a broker in a container. */
  readonly containerId: string | undefined;
  /** Resolves when the broker that runs now ends, however; for a given one, never. */
  readonly exited: Promise<ProcessExit>;
  /** Stops it for good; its data goes unless a `dataDir` was given. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Cuts it off, keeping data and port; `SIGKILL` is a crash. */
  stopBroker(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  startBroker(): Promise<void>;
}

export const KAFKA_VERSION = '4.2.0';

/** Something that must be installed first. */
export class MissingToolError extends Error {
  override readonly name = 'MissingToolError';
}
