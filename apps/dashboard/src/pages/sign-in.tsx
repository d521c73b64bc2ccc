import { useEffect, useId, useState, type FormEvent } from 'react';
import { ThemeSwitch } from '../parts/theme.js';

interface Door {
  readonly signIn: (key: string) => Promise<void>;
  readonly problem: string | undefined;
  readonly isBusy: boolean;
}

export function SignIn({ signIn, problem, isBusy }: Door) {
  const [key, setKey] = useState('');
  const id = useId();
  useEffect(() => {
    document.title = 'Sign in · Sagas';
  }, []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void signIn(key.trim());
  };
  return (
    <main className="door">
      <h1>Sagas</h1>
      <form className="panel" onSubmit={submit}>
        <label htmlFor={id}>Your key for the admin API</label>
        <input
          id={id}
          type="password"
          required
          autoComplete="current-password"
          spellCheck={false}
          value={key}
          aria-describedby={`${id}-hint`}
          onChange={({ target }) => setKey(target.value)}
        />
        <p className="muted" id={`${id}-hint`}>
          It is kept in this tab until you close it or sign out. Who has no key asks an approver.
        </p>
        <p className="problem" role="alert">
          {problem}
        </p>
        <button type="submit" className="primary" disabled={isBusy || key.trim() === ''}>
          {isBusy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
      <ThemeSwitch />
    </main>
  );
}
