import type { Tx } from '#messaging';
import type { NoticeStatus } from '../domain/notice.js';

export interface SettledNotice {
  readonly noticeId: string;
  readonly status: NoticeStatus;
  readonly problem: string | null;
}

/** Writes what became of notices. One that was sent stays sent. */
export async function settleNotices(tx: Tx, settled: readonly SettledNotice[]): Promise<void> {
  if (settled.length === 0) return;
  await tx.query(
    `with mine as materialized (
       select notice_id from notice
        where notice_id = any($1::text[]) and status <> 'sent'
        order by notice_id
          for update)
     update notice
        set status = n.status, problem = n.problem, settled_at = now()
       from mine, unnest($1::text[], $2::text[], $3::text[]) as n (notice_id, status, problem)
      where mine.notice_id = n.notice_id and notice.notice_id = n.notice_id`,
    [
      settled.map(({ noticeId }) => noticeId),
      settled.map(({ status }) => status),
      settled.map(({ problem }) => problem),
    ],
  );
}
