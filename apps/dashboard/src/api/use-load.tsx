/** Reads one address of the API, shows what it had while it reads again, and never two at once. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { Problem } from './client.js';
import { useSession } from './session.js';

export interface Loaded<T> {
  /** What was read last, also while it is read again or when that failed. */
  readonly data: T | undefined;
  readonly problem: Problem | undefined;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/**
 * @param path below /admin; undefined: nothing is read
 * @param everyMs read again so long after each answer, while the page is looked at
 */
export function useLoad<T>(path: string | undefined, everyMs?: number): Loaded<T> {
  const { request } = useSession();
  const [data, setData] = useState<T>();
  const [problem, setProblem] = useState<Problem>();
  const [isLoading, setLoading] = useState(path !== undefined);
  const again = useRef<() => void>(undefined);

  useEffect(() => {
    if (path === undefined) return undefined;
    const end = new AbortController();
    let [isBusy, isWanted] = [false, false];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async (): Promise<void> => {
      clearTimeout(timer);
      isWanted = isBusy;
      if (isBusy) return;
      isBusy = true;
      setLoading(true);
      try {
        const found = await request<T>(path, { signal: end.signal });
        if (end.signal.aborted) return;
        setData(found);
        setProblem(undefined);
      } catch (error) {
        if (end.signal.aborted) return;
        setProblem(problemOf(error));
      }
      isBusy = false;
      setLoading(false);
      if (isWanted) void read();
      else if (everyMs !== undefined) timer = setTimeout(lookAgain, everyMs);
    };
    const lookAgain = (): void => {
      if (document.visibilityState === 'visible') void read();
      else timer = setTimeout(lookAgain, everyMs);
    };
    again.current = () => void read();
    void read();
    return () => {
      end.abort();
      clearTimeout(timer);
    };
  }, [path, everyMs, request]);

  const reload = useCallback(() => again.current?.(), []);
  return { data, problem, isLoading, reload };
}

export const problemOf = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem(0, 'Something went wrong', String(error));
