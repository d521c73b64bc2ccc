import type { Tx } from '#messaging';
import type { Notice } from '../domain/notice.js';

const COLUMNS = `
  notice_id as "noticeId", template, subject_id as "subjectId", recipient, data, status, problem`;

export type StoredNotice = Notice & { readonly problem: string | null };

/** By id; unknown ones are missing. */
export async function findNotices(
  tx: Tx,
  noticeIds: readonly string[],
): Promise<Map<string, StoredNotice>> {
  const rows = await tx.query<StoredNotice>(
    `select ${COLUMNS} from notice where notice_id = any($1::text[])`,
    [noticeIds],
  );
  return new Map(rows.map((row) => [row.noticeId, row]));
}

/** All notices about one thing. */
export const findNoticesAbout = (tx: Tx, subjectId: string): Promise<StoredNotice[]> =>
  tx.query<StoredNotice>(`select ${COLUMNS} from notice where subject_id = $1 order by notice_id`, [
    subjectId,
  ]);
