import type { Tx } from '#messaging';
import type { Notice } from '../domain/notice.js';

/** By id; unknown ones are missing. */
export async function findNotices(
  tx: Tx,
  noticeIds: readonly string[],
): Promise<Map<string, Notice>> {
  const rows = await tx.query<Notice & { traceparent: string | null }>(
    `select notice_id as "noticeId", template, channel, subject_id as "subjectId",
            coalesce(email, phone) as recipient, locale, order_data as "order", status,
            command ->> 'traceparent' as traceparent
       from notice
      where notice_id = any($1::text[])`,
    [noticeIds],
  );
  return new Map(
    rows.map(({ traceparent, ...notice }) => [
      notice.noticeId,
      { ...notice, ...(traceparent !== null && { traceparent }) },
    ]),
  );
}
