import { AuditInitial1764195200204 } from './0001-initial.js';

export const migrations = [AuditInitial1764195200204];
