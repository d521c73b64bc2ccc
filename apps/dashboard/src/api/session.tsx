/** Who reads: the key is typed once, kept for this tab, and told to nobody but the server. */
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  type ReactNode,
} from 'react';
import { ask, Problem, type RequestOptions } from './client.js';
import type { Me, Role } from './types.js';

const KEPT_AS = 'saga-dashboard-key';

export interface Session {
  readonly key: string;
  readonly me: Me;
  readonly may: (role: Role) => boolean;
  readonly request: <T>(path: string, options?: RequestOptions) => Promise<T>;
  readonly signOut: (why?: string) => void;
}

const Context = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(Context);
  if (session) return session;
  throw new Error('nobody is signed in');
}

interface SignIn {
  readonly signIn: (key: string) => Promise<void>;
  readonly problem: string | undefined;
  readonly isBusy: boolean;
}

const ROLES: readonly Role[] = ['reader', 'operator', 'approver'];

interface Known {
  readonly key: string;
  readonly me: Me;
}

/** Shows `door` until somebody has shown a good key. */
export function SessionProvider({
  door,
  children,
}: {
  readonly door: (signIn: SignIn) => ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  const [known, setKnown] = useState<Known>();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(() => sessionStorage.getItem(KEPT_AS) !== null);

  const signOut = useCallback((why?: string) => {
    sessionStorage.removeItem(KEPT_AS);
    setKnown(undefined);
    setProblem(why);
  }, []);

  const signIn = useCallback(async (key: string) => {
    setBusy(true);
    try {
      const me = await ask<Me>(key, 'me');
      sessionStorage.setItem(KEPT_AS, key);
      setKnown({ key, me });
      setProblem(undefined);
    } catch (error) {
      // without an answer the key may be good: it is kept
      if (error instanceof Problem && error.status === 401) sessionStorage.removeItem(KEPT_AS);
      setProblem(error instanceof Problem ? error.detail : String(error));
    } finally {
      setBusy(false);
    }
  }, []);

  useEffect(() => {
    const kept = sessionStorage.getItem(KEPT_AS);
    if (kept !== null) void signIn(kept);
  }, [signIn]);

  const session = useMemo(() => known && sessionOf(known, signOut), [known, signOut]);
  if (session) return <Context value={session}>{children}</Context>;
  const isResuming = isBusy && sessionStorage.getItem(KEPT_AS) !== null;
  if (isResuming) return <main aria-busy="true" />;
  return door({ signIn, problem, isBusy });
}

const sessionOf = ({ key, me }: Known, signOut: Session['signOut']): Session => ({
  key,
  me,
  signOut,
  may: (role) => ROLES.indexOf(me.role) >= ROLES.indexOf(role),
  request: async (path, options) => {
    try {
      return await ask(key, path, options);
    } catch (error) {
      if (error instanceof Problem && error.status === 401) signOut(error.detail);
      throw error;
    }
  },
});
