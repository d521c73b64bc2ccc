import type { Tx } from '#messaging';
import type { NoticeStatus } from '../domain/notice.js';

export interface SettledNotice {
  readonly noticeId: string;
  readonly status: NoticeStatus;
  readonly problemCode: string | null;
}

/** Writes what became of notices. One that was sent stays sent. */
export async function settleNotices(tx: Tx, notices: readonly SettledNotice[]): Promise<void> {
  if (notices.length === 0) return;
  await tx.query(
    `with mine as materialized (
       select notice_id from notice
        where notice_id = any($1::text[])
        order by notice_id
          for update)
     update notice t
        set status = n.status, problem_code = n.problem_code, settled_at = now()
       from mine, unnest($1::text[], $2::text[], $3::text[]) as n (notice_id, status, problem_code)
      where mine.notice_id = n.notice_id and t.notice_id = n.notice_id and t.status <> 'sent'`,
    [
      notices.map(({ noticeId }) => noticeId),
      notices.map(({ status }) => status),
      notices.map(({ problemCode }) => problemCode),
    ],
  );
}
