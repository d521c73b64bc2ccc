import { AnalyticsInitial1764195200200 } from './0001-initial.js';

export const migrations = [AnalyticsInitial1764195200200];
