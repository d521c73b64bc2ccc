import type { Tx } from '#messaging';
import type { NewNotice, Notice } from '../../../apps/notification/src/domain/notice.js';
import type { NoticeRows } from '../../../apps/notification/src/persistence/notice-rows.js';
import type {
  SettledNotice,
  UndeliverableNotice,
} from '../../../apps/notification/src/persistence/settle-notices.js';
import { sessionOf } from '../database/database.js';
import { Table } from '../database/table.js';

/** The notification service's table, shared by its replicas. */
export class SimNoticeRows implements NoticeRows {
  readonly notices = new Table<NewNotice>('notice');

  findNotices(tx: Tx, noticeIds: readonly string[]): Promise<Map<string, Notice>> {
    return sessionOf(tx).statement('find notices', (view) => {
      const found = noticeIds.flatMap((id) => view.get(this.notices, id) ?? []);
      return new Map(found.map((notice) => [notice.noticeId, notice]));
    });
  }

  recordNotices(tx: Tx, notices: readonly NewNotice[]): Promise<string[]> {
    const sorted = notices.toSorted((a, b) => (a.noticeId < b.noticeId ? -1 : 1));
    return sessionOf(tx).statement('record notices', (view) =>
      sorted
        .filter((notice) => view.insert(this.notices, notice.noticeId, notice))
        .map(({ noticeId }) => noticeId),
    );
  }

  settleNotices(tx: Tx, notices: readonly SettledNotice[]): Promise<UndeliverableNotice[]> {
    if (notices.length === 0) return Promise.resolve([]);
    const sorted = notices.toSorted((a, b) => (a.noticeId < b.noticeId ? -1 : 1));
    return sessionOf(tx).statement('settle notices', (view) => {
      const locked = sorted.flatMap((settled) => {
        const row = view.lock(this.notices, settled.noticeId);
        return row && row.status !== 'sent' ? [{ settled, row }] : [];
      });
      return locked.flatMap(({ settled: { noticeId, status, problem }, row }) => {
        view.update(this.notices, noticeId, { ...row, status });
        return status === 'undeliverable' && problem ? [{ ...row, status, problem }] : [];
      });
    });
  }
}
