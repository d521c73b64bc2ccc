import { NotificationInitial1763726400501 } from './0001-initial.js';
import { NotificationRefusedMail1763726400502 } from './0002-refused-mail.js';
import { NotificationNoticesOfEvents1763726400503 } from './0003-notices-of-events.js';
import { NotificationWebhooks1763726400504 } from './0004-webhooks.js';
import { NotificationSettledDeliveries1764147600505 } from './0005-settled-deliveries.js';
import { OutboxV21764313200000 } from '../shared/outbox-v2.js';

export const migrations = [
  NotificationInitial1763726400501,
  NotificationRefusedMail1763726400502,
  NotificationNoticesOfEvents1763726400503,
  NotificationWebhooks1763726400504,
  NotificationSettledDeliveries1764147600505,
  OutboxV21764313200000,
];
