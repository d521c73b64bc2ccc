import { Initial1763726400001 } from './0001-initial.js';
import { InputOnce1763744400002 } from './0002-input-once.js';
import { CoarseTimers1764100800003 } from './0003-coarse-timers.js';
import { ShortBodies1764201600004 } from './0004-short-bodies.js';
import { Search1764288000005 } from './0005-search.js';
import { Interventions1764288000006 } from './0006-interventions.js';
import { DeadLetters1764288000007 } from './0007-dead-letters.js';
import { AccessKeys1764288000008 } from './0008-access-keys.js';
import { BulkActions1764288000009 } from './0009-bulk-actions.js';
import { OutboxV21764313200000 } from '../shared/outbox-v2.js';

export const migrations = [
  Initial1763726400001,
  InputOnce1763744400002,
  CoarseTimers1764100800003,
  ShortBodies1764201600004,
  Search1764288000005,
  Interventions1764288000006,
  DeadLetters1764288000007,
  AccessKeys1764288000008,
  BulkActions1764288000009,
  OutboxV21764313200000,
];
