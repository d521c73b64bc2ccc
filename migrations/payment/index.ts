import { PaymentInitial1763726400301 } from './0001-initial.js';

export const migrations = [PaymentInitial1763726400301];
