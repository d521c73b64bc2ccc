import { CatalogInitial1764140400701 } from './0001-initial.js';

export const migrations = [CatalogInitial1764140400701];
