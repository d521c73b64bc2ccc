import { Database, Outbox } from '#messaging';
import { AccessModule, type AccessDoor } from '#platform';
import { findGoodKey } from '../persistence/api-keys.js';
import { KeyDesk } from './key-desk.js';

const HINT =
  'Approvers make keys, by POST /admin/keys; the first one is made beside the database, ' +
  'by the command `saga keys create`.';

/** Asks for a key wherever a route is not open to all. */
export const access = AccessModule.forRoot({
  inject: [Database],
  useFactory: (database: Database): AccessDoor => ({
    ...{ realm: 'sagas', kind: 'sk', hint: HINT },
    find: (keyId) => findGoodKey(database, keyId),
  }),
});

export const keyDesk = {
  provide: KeyDesk,
  inject: [Outbox],
  useFactory: (outbox: Outbox) => new KeyDesk(outbox),
};
