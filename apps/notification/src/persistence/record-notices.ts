import type { Tx } from '#messaging';
import type { Notice } from '../domain/notice.js';

/** Records notices that are new; what exists stays as it is. @returns the ids of the new ones */
export async function recordNotices(tx: Tx, notices: readonly Notice[]): Promise<string[]> {
  const rows = await tx.query<{ noticeId: string }>(
    `insert into notice (notice_id, template, subject_id, recipient, data, status)
     select n.notice_id, n.template, n.subject_id, n.recipient, n.data, n.status
       from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::json[], $6::text[])
         as n (notice_id, template, subject_id, recipient, data, status)
      order by n.notice_id
     on conflict (notice_id) do nothing
     returning notice_id as "noticeId"`,
    [
      notices.map(({ noticeId }) => noticeId),
      notices.map(({ template }) => template),
      notices.map(({ subjectId }) => subjectId),
      notices.map(({ recipient }) => recipient),
      notices.map(({ data }) => JSON.stringify(data)),
      notices.map(({ status }) => status),
    ],
  );
  return rows.map(({ noticeId }) => noticeId);
}
