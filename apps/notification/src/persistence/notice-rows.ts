/** What notification keeps, as its handler and its workers use it; a simulator brings its own. */
import type { Tx } from '#messaging';
import type { NewNotice, Notice } from '../domain/notice.js';
import { findNotices } from './find-notices.js';
import { recordNotices } from './record-notices.js';
import { settleNotices, type SettledNotice, type UndeliverableNotice } from './settle-notices.js';

export interface NoticeRows {
  /** By id; unknown ones are missing. */
  findNotices(tx: Tx, noticeIds: readonly string[]): Promise<Map<string, Notice>>;
  /** @returns the ids of those that were not recorded before */
  recordNotices(tx: Tx, notices: readonly NewNotice[]): Promise<string[]>;
  /** One that was sent stays sent. @returns those that cannot be delivered */
  settleNotices(tx: Tx, notices: readonly SettledNotice[]): Promise<UndeliverableNotice[]>;
}

export const postgresNoticeRows: NoticeRows = { findNotices, recordNotices, settleNotices };
