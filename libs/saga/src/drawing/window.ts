import type { MendReaction } from '../reactions.js';
import { durationText } from './duration.js';

/** `30 min`, or whose business it is. */
export const windowText = ({ windowMs }: MendReaction): string =>
  typeof windowMs === 'number' ? durationText(windowMs) : 'as long as the input says';
