import { UsageError } from '../sagas/arguments.js';

const MOST = 500;

export const REASON_HELP = `  --reason TEXT     why, for those who look at it later: 1 to ${MOST} characters`;

/** @throws UsageError */
export function checkedReason(text: string | undefined): string {
  if (text === undefined) throw new UsageError('--reason TEXT is missing: why is it done?');
  if (text.trim() !== '' && text.length <= MOST) return text;
  throw new UsageError(`--reason must have 1 to ${MOST} characters`);
}
