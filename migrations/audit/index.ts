import { AuditInitial1764195200204 } from './0001-initial.js';
import { AuditReplays1764195200205 } from './0002-replays.js';
import { AuditLog1764195200206 } from './0003-audit-log.js';

export const migrations = [
  AuditInitial1764195200204,
  AuditReplays1764195200205,
  AuditLog1764195200206,
];
