import type { Tx } from '#messaging';
import type { NewNotice } from '../domain/notice.js';

/** @returns the ids of those that were not recorded before; they are the ones to deliver */
export async function recordNotices(tx: Tx, notices: readonly NewNotice[]): Promise<string[]> {
  const rows = await tx.query<{ noticeId: string }>(
    `insert into notice (notice_id, template, subject_id, email, order_data, status, command)
     select n.*
       from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::json[], $6::text[],
                   $7::json[])
         as n (notice_id)
      order by n.notice_id
     on conflict (notice_id) do nothing
     returning notice_id as "noticeId"`,
    [
      notices.map(({ noticeId }) => noticeId),
      notices.map(({ template }) => template),
      notices.map(({ subjectId }) => subjectId),
      notices.map(({ email }) => email),
      notices.map(({ order }) => JSON.stringify(order)),
      notices.map(({ status }) => status),
      notices.map(({ command }) => JSON.stringify(command)),
    ],
  );
  return rows.map(({ noticeId }) => noticeId);
}
