/** Built by tools/bootstrap/dashboard.mjs. To work on it: `npx vite apps/dashboard` beside `npm start`. */
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: '/dashboard/',
  build: {
    outDir: '../../dist/apps/dashboard/site',
    emptyOutDir: true,
    target: 'es2023',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // what the policy of the page would refuse: a file is always a file
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/admin': process.env.ADMIN_URL ?? 'http://127.0.0.1:3000' } },
});
