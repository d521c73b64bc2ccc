import type { Outbox, UnitOfWork } from '#messaging';
import { newApiKey, runtime, type AccessRole } from '#platform';
import { insertKey, revokeKey, type ApiKey } from '../persistence/api-keys.js';
import { recordActs, type Actor } from '../persistence/interventions.js';

/** Whom keys are made for. In small letters: two spellings of one name would count as two people. */
export const OWNER = /^[a-z0-9][a-z0-9._@-]{0,63}$/;
export const OWNER_SHAPE = 'small letters, digits and . _ @ - (a letter or digit first)';

/** Who makes a key or takes it back, and why. */
export interface KeyActor {
  readonly actor: Actor;
  readonly reason: string;
}

export interface MadeKey {
  readonly key: ApiKey;
  /** For its holder; nobody can tell it again. */
  readonly apiKey: string;
}

/** Makes keys and takes them back; who did is recorded in the same transaction. */
export class KeyDesk {
  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    private readonly clock: () => Date = runtime.date,
  ) {}

  async create(owner: string, role: AccessRole, by: KeyActor): Promise<MadeKey> {
    const keyId = runtime.uuid();
    const { apiKey, hash } = newApiKey('sk', keyId);
    const key = { keyId, owner, role, createdAt: this.clock(), revokedAt: null };
    await this.outbox.transaction(async (unit) => {
      await insertKey(unit.tx, { ...key, hash });
      record(unit, 'access-key.create', key, by, key.createdAt);
    });
    return { key, apiKey };
  }

  /** One that is revoked stays so. @returns undefined for a key that there never was */
  revoke(keyId: string, by: KeyActor): Promise<ApiKey | undefined> {
    const now = this.clock();
    return this.outbox.transaction(async (unit) => {
      const found = await revokeKey(unit.tx, keyId, now);
      if (found?.isChanged) record(unit, 'access-key.revoke', found.key, by, now);
      return found?.key;
    });
  }
}

function record(
  unit: UnitOfWork,
  what: 'access-key.create' | 'access-key.revoke',
  { keyId, owner, role }: ApiKey,
  { actor, reason }: KeyActor,
  now: Date,
): void {
  const act = { what, objectType: 'access-key', objectId: keyId, detail: { owner, role } } as const;
  recordActs(unit, [{ ...act, actor, reason }], now.getTime());
}
