import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys of those who look at sagas and steer them: hashes only. Rows stay, so that ids stay explained. */
export class AccessKeys1764288000008 implements MigrationInterface {
  readonly name = 'AccessKeys1764288000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table api_key (
        -- UUIDv7, and a part of the key: by it the row is found
        key_id     uuid primary key,
        owner      text not null check (owner <> ''),
        role       text not null check (role in ('reader', 'operator', 'approver')),
        -- SHA-256 of the whole key, hex
        hash       text not null check (hash ~ '^[0-9a-f]{64}$'),
        created_at timestamptz not null,
        revoked_at timestamptz
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table api_key');
  }
}
