import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What it takes to put a notice's command aside when its mail is refused for good. */
export class NotificationRefusedMail1763726400502 implements MigrationInterface {
  readonly name = 'NotificationRefusedMail1763726400502';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table notice
        -- the command's event without its data; absent where it came before there was this column
        add column command json,
        -- what the mail server said, for people
        add column problem_message text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table notice drop column command, drop column problem_message');
  }
}
