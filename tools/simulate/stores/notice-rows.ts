import type { Tx } from '#messaging';
import type { NewNotice, Notice } from '../../../apps/notification/src/domain/notice.js';
import type { NoticeRows } from '../../../apps/notification/src/persistence/notice-rows.js';
import type {
  SettledNotice,
  UndeliverableNotice,
} from '../../../apps/notification/src/persistence/settle-notices.js';
import { sessionOf } from '../database/database.js';
import { Table } from '../database/table.js';
import { asJson } from './json.js';

/** The notification service's table, shared by its replicas. */
export class SimNoticeRows implements NoticeRows {
  readonly notices = new Table<NewNotice>('notice');

  findNotices(tx: Tx, noticeIds: readonly string[]): Promise<Map<string, Notice>> {
    return sessionOf(tx).statement('find notices', (view) => {
      const found = noticeIds.flatMap((id) => view.get(this.notices, id) ?? []);
      return new Map(found.map((notice) => [notice.noticeId, withoutCause(notice)]));
    });
  }

  recordNotices(tx: Tx, notices: readonly NewNotice[]): Promise<string[]> {
    const sorted = notices.toSorted((a, b) => (a.noticeId < b.noticeId ? -1 : 1));
    return sessionOf(tx).statement('record notices', (view) =>
      sorted
        .filter((notice) => {
          // As the database gives ids back.
          const subjectId = notice.subjectId.toLowerCase();
          return view.insert(this.notices, notice.noticeId, asJson({ ...notice, subjectId }));
        })
        .map(({ noticeId }) => noticeId),
    );
  }

  settleNotices(tx: Tx, notices: readonly SettledNotice[]): Promise<UndeliverableNotice[]> {
    if (notices.length === 0) return Promise.resolve([]);
    const sorted = notices.toSorted((a, b) => (a.noticeId < b.noticeId ? -1 : 1));
    return sessionOf(tx).statement('settle notices', (view) => {
      for (const { noticeId } of sorted) view.lock(this.notices, noticeId);
      return sorted.flatMap(({ noticeId, status, problem }) => {
        const row = view.lockWhere(this.notices, noticeId, (notice) => notice.status !== 'sent');
        if (!row) return [];
        const settled = { ...row, status };
        view.update(this.notices, noticeId, settled);
        return status === 'undeliverable' && problem ? [{ ...settled, problem }] : [];
      });
    });
  }
}

const withoutCause = (recorded: NewNotice): Notice => {
  const { cause, ...notice } = recorded;
  const { traceparent } = cause;
  return { ...notice, ...(traceparent !== undefined && { traceparent }) };
};
