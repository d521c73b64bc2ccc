import { AuditInitial1764195200204 } from './0001-initial.js';
import { AuditReplays1764195200205 } from './0002-replays.js';
import { AuditLog1764195200206 } from './0003-audit-log.js';
import { OutboxV21764313200000 } from '../shared/outbox-v2.js';

export const migrations = [
  AuditInitial1764195200204,
  AuditReplays1764195200205,
  AuditLog1764195200206,
  OutboxV21764313200000,
];
