/** Every planted bug. Whoever adds a guard adds the bug that it is there for. */
import type { PlantedBug } from '../bug.js';
import { apps } from './apps.js';
import { messaging } from './messaging.js';
import { participant } from './participant.js';
import { payment } from './payment.js';
import { people } from './people.js';
import { readers } from './readers.js';
import { saga } from './saga.js';
import { sagaStore } from './saga-store.js';

export const catalogue: readonly PlantedBug[] = [
  ...saga,
  ...sagaStore,
  ...messaging,
  ...participant,
  ...apps,
  ...payment,
  ...people,
  ...readers,
];
