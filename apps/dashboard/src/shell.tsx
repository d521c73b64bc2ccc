/** The frame around every page. */
import { useEffect, useRef } from 'react';
import { useLive } from './api/live.js';
import { useSession } from './api/session.js';
import { ThemeSwitch } from './parts/theme.js';
import { usePlace } from './parts/use-place.js';
import { hashOf } from './pure/route.js';
import { sections } from './sections.js';
import { Nowhere } from './pages/nowhere.js';

export function Shell() {
  const place = usePlace();
  const [at = '', ...rest] = place.path;
  const section = sections.find((one) => one.at === at);
  const main = useRef<HTMLElement>(null);
  const where = place.path.join('/');
  const isFirst = useRef(true);

  // another page: say so to who hears the pages, and begin at its top
  useEffect(() => {
    document.title = `${section?.title ?? 'Nothing here'} · Sagas`;
    if (!isFirst.current) {
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    isFirst.current = false;
  }, [where, section]);

  return (
    <>
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        To the content
      </a>
      <header className="top">
        <a className="brand" href="#/">
          Sagas
        </a>
        <nav aria-label="Parts of the dashboard">
          {sections.map((one) => (
            <a
              key={one.at}
              href={hashOf(one.at === '' ? [] : [one.at])}
              aria-current={one === section ? 'page' : undefined}
            >
              {one.title}
            </a>
          ))}
        </nav>
        <Corner />
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {section ? section.page(rest, place) : <Nowhere />}
      </main>
    </>
  );
}

const LIVE_WORDS = { connecting: 'Connecting', live: 'Live', lost: 'Connection lost' } as const;

function Corner() {
  const { me, signOut } = useSession();
  const { state } = useLive();
  return (
    <div className="corner">
      <span className={`live ${state}`} role="status">
        {LIVE_WORDS[state]}
      </span>
      <ThemeSwitch />
      <span className="who">
        {me.owner} <span className="muted">{me.role}</span>
      </span>
      <button type="button" onClick={() => signOut()}>
        Sign out
      </button>
    </div>
  );
}
