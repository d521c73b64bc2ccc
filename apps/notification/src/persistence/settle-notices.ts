import type { Tx } from '#messaging';
import type { Notice, NoticeCause, NoticeStatus, Problem } from '../domain/notice.js';

export interface SettledNotice {
  readonly noticeId: string;
  readonly status: NoticeStatus;
  readonly problem: Problem | null;
}

export interface UndeliverableNotice extends Notice {
  readonly problem: Problem;
  /** Null where it came before causes were kept. */
  readonly cause: NoticeCause | null;
}

/**
 * Writes what became of notices. One that was sent stays sent.
 * @returns those that cannot be delivered
 */
export function settleNotices(
  tx: Tx,
  notices: readonly SettledNotice[],
): Promise<UndeliverableNotice[]> {
  if (notices.length === 0) return Promise.resolve([]);
  return tx.query<UndeliverableNotice>(
    `with mine as materialized (
       select notice_id from notice
        where notice_id = any($1::text[])
        order by notice_id
          for update),
     settled as (
       update notice t
          set status = n.status, problem_code = n.code, problem_message = n.message,
              settled_at = now()
         from mine, unnest($1::text[], $2::text[], $3::text[], $4::text[])
                      as n (notice_id, status, code, message)
        where mine.notice_id = n.notice_id and t.notice_id = n.notice_id and t.status <> 'sent'
       returning t.*)
     select notice_id as "noticeId", template, channel, subject_id as "subjectId",
            coalesce(email, phone) as recipient, locale, order_data as "order", status,
            command as cause,
            json_build_object('code', problem_code, 'message', problem_message) as problem
       from settled
      where status = 'undeliverable'`,
    [
      notices.map(({ noticeId }) => noticeId),
      notices.map(({ status }) => status),
      notices.map(({ problem }) => problem?.code ?? null),
      notices.map(({ problem }) => problem?.message ?? null),
    ],
  );
}
