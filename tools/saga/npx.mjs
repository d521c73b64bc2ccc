#!/usr/bin/env node
/** `npx saga …` in this repository: `npm run saga -- …`, without what npm itself writes. */
process.argv.splice(2, 0, 'tools/saga/main');
await import('../bootstrap.mjs');
