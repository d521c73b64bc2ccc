/** What the server tells of its own accord: figures each second, and which sagas have changed. */
import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import { Rate } from '../pure/rate.js';
import { EventParser, type StreamEvent } from '../pure/sse.js';
import { openStream, Problem } from './client.js';
import { useSession } from './session.js';
import type { Figures } from './types.js';

interface Changed {
  readonly items: readonly { readonly sagaId: string; readonly revision: number }[];
  /** There were more than are named. */
  readonly more: boolean;
}
type Listener = (changed: Changed) => void;

export interface Live {
  readonly figures: Figures | undefined;
  /** `lost`: it is tried again. */
  readonly state: 'connecting' | 'live' | 'lost';
  readonly listen: (listener: Listener) => () => void;
  /** Changes of sagas a second, of the last minute. */
  readonly changes: Rate;
}

const Context = createContext<Live | undefined>(undefined);

export function useLive(): Live {
  const live = useContext(Context);
  if (live) return live;
  throw new Error('nothing is live here');
}

const LONGEST_WAIT_MS = 15_000;

export function LiveProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const { key, signOut } = useSession();
  const [figures, setFigures] = useState<Figures>();
  const [state, setState] = useState<Live['state']>('connecting');
  const [changes] = useState(() => new Rate());
  const listeners = useRef(new Set<Listener>());

  useEffect(() => {
    const end = new AbortController();
    const take = ({ event, data }: StreamEvent): void => {
      if (event === 'figures') setFigures(JSON.parse(data) as Figures);
      if (event !== 'sagas') return;
      const changed = JSON.parse(data) as Changed;
      changes.add(changed.items.length, Date.now());
      for (const listener of listeners.current) listener(changed);
    };
    void watch(key, end.signal, { take, setState, signOut });
    return () => end.abort();
  }, [key, signOut, changes]);

  const live = useMemo<Live>(
    () => ({
      ...{ figures, state, changes },
      listen: (listener) => {
        listeners.current.add(listener);
        return () => void listeners.current.delete(listener);
      },
    }),
    [figures, state, changes],
  );
  return <Context value={live}>{children}</Context>;
}

interface Watcher {
  readonly take: (event: StreamEvent) => void;
  readonly setState: (state: Live['state']) => void;
  readonly signOut: (why?: string) => void;
}

/** Until the signal: the server ends each stream after a while, and is asked for the next. */
async function watch(key: string, signal: AbortSignal, watcher: Watcher): Promise<void> {
  let waitMs = 500;
  while (!signal.aborted) {
    try {
      await readOnce(key, signal, (event) => {
        waitMs = 500;
        watcher.setState('live');
        watcher.take(event);
      });
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Problem && error.status === 401) return watcher.signOut(error.detail);
      watcher.setState('lost');
      waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
    }
    await pause(waitMs, signal);
  }
}

async function readOnce(
  key: string,
  signal: AbortSignal,
  take: (event: StreamEvent) => void,
): Promise<void> {
  const parser = new EventParser();
  const decoder = new TextDecoder();
  const reader = (await openStream(key, 'events', signal)).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    for (const event of parser.push(decoder.decode(value, { stream: true }))) take(event);
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
