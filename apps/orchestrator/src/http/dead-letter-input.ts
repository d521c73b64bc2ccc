/** What requests about dead letters say, checked beyond the shape of their fields. */
import { checkedMoment, cursorOfText, fieldProblem, textOfCursor, uuidParameter } from '#platform';
import type { DeadLetterFilter, ListPlace } from '../persistence/dead-letter-search.js';
import { MAX_DECIDED, type Chosen, type Progress } from './dead-letter-desk.js';
import type { DeadLetterFilterDto, DecideDto } from './dead-letters.dto.js';

/** @throws ProblemException 400 */
export function filterOf<Given extends DeadLetterFilterDto>({ from, to, ...rest }: Given) {
  const [begin, end] = [boundOf('from', from), boundOf('to', to)];
  if (begin && end && begin >= end) throw invalid('to', 'must be later than from');
  return { ...rest, ...(begin && { from: begin }), ...(end && { to: end }) };
}

const boundOf = (field: string, text: string | undefined): Date | undefined =>
  text === undefined ? undefined : checkedMoment(field, text);

/** @throws ProblemException 400 where it does not say which ones, or says it twice */
export function chosenBy({ ids, filter, limit, cursor }: DecideDto): Chosen {
  if (ids !== undefined) {
    if (filter !== undefined || limit !== undefined || cursor !== undefined) {
      throw invalid('ids', 'cannot be given together with filter, limit or cursor');
    }
    return { ids: ids.map((id) => uuidParameter('ids', id)) };
  }
  if (filter === undefined) throw invalid('ids', 'is missing: give ids, or a filter');
  const conditions: DeadLetterFilter = filterOf(filter);
  if (Object.values(conditions).every((value) => value === undefined)) {
    throw invalid('filter', 'must have at least one condition');
  }
  return {
    filter: conditions,
    limit: limit ?? MAX_DECIDED,
    ...(cursor !== undefined && { from: progressOf(cursor) }),
  };
}

export const cursorOfProgress = ({ storedUntil, after }: Progress): string =>
  cursorOfText(
    [storedUntil.getTime(), after.topic, after.partition, after.offset, after.id].join(' '),
  );

/** @throws ProblemException 400 */
function progressOf(cursor: string): Progress {
  const [ms, topic, partition, offset, id] = textOfCursor(cursor).split(' ');
  const isOurs =
    /^\d{1,15}$/.test(ms ?? '') &&
    /^\d{1,9}$/.test(partition ?? '') &&
    /^\d{1,18}$/.test(offset ?? '') &&
    UUID.test(id ?? '');
  if (!isOurs || topic === undefined || offset === undefined || id === undefined) {
    throw invalid('cursor', NOT_OURS);
  }
  const storedUntil = momentOf(ms);
  return { storedUntil, after: { topic, partition: Number(partition), offset, id } };
}

export const cursorOfPlace = ({ diedAt, id }: ListPlace): string =>
  cursorOfText(`${diedAt.getTime()} ${id}`);

/** @throws ProblemException 400 */
export function placeOf(cursor: string): ListPlace {
  const [ms, id] = textOfCursor(cursor).split(' ');
  if (!/^\d{1,15}$/.test(ms ?? '') || id === undefined || !UUID.test(id)) {
    throw invalid('cursor', NOT_OURS);
  }
  return { diedAt: momentOf(ms), id };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NOT_OURS = 'must be the nextCursor of a page before';
const LAST_MS = Date.UTC(9999, 11, 31);

function momentOf(ms: string | undefined): Date {
  if (Number(ms) > LAST_MS) throw invalid('cursor', NOT_OURS);
  return new Date(Number(ms));
}

const invalid = (field: string, message: string) => fieldProblem(400, [{ field, message }]);
