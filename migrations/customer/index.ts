import { CustomerInitial1764140400801 } from './0001-initial.js';

export const migrations = [CustomerInitial1764140400801];
