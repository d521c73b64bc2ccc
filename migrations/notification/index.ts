import { NotificationInitial1763726400501 } from './0001-initial.js';

export const migrations = [NotificationInitial1763726400501];
