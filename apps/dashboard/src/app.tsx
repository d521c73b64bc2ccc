import { SessionProvider } from './api/session.js';
import { LiveProvider } from './api/live.js';
import { Shell } from './shell.js';
import { SignIn } from './pages/sign-in.js';

export const App = () => (
  <SessionProvider door={(door) => <SignIn {...door} />}>
    <LiveProvider>
      <Shell />
    </LiveProvider>
  </SessionProvider>
);
