import type { Tx } from '#messaging';
import type { Channel, NewNotice } from '../domain/notice.js';

/** @returns the ids of those that were not recorded before; they are the ones to deliver */
export async function recordNotices(tx: Tx, notices: readonly NewNotice[]): Promise<string[]> {
  if (notices.length === 0) return [];
  const rows = await tx.query<{ noticeId: string }>(
    `insert into notice (notice_id, template, channel, subject_id, email, phone, locale,
                         order_data, status, command)
     select n.*
       from unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[],
                   $7::text[], $8::json[], $9::text[], $10::json[])
         as n (notice_id)
      order by n.notice_id
     on conflict (notice_id) do nothing
     returning notice_id as "noticeId"`,
    [
      notices.map(({ noticeId }) => noticeId),
      notices.map(({ template }) => template),
      notices.map(({ channel }) => channel),
      notices.map(({ subjectId }) => subjectId),
      notices.map(recipientOf('email')),
      notices.map(recipientOf('sms')),
      notices.map(({ locale }) => locale),
      notices.map(({ order }) => JSON.stringify(order)),
      notices.map(({ status }) => status),
      notices.map(({ cause }) => JSON.stringify(cause)),
    ],
  );
  return rows.map(({ noticeId }) => noticeId);
}

const recipientOf =
  (wanted: Channel) =>
  ({ channel, recipient }: NewNotice): string | null =>
    channel === wanted ? recipient : null;
