/** What the decorators of the requests cannot check. */
import { nameOfType } from '#contracts';
import { checkedMoment, cursorOfText, fieldProblem } from '#platform';
import { type EventFilter } from '../persistence/read-events.js';
import { START, type Position } from '../domain/stored-event.js';

/** Opaque to clients. */
export const cursorOf = ({ xid, seq }: Position): string => cursorOfText(`${xid}.${seq}`);

const textOf = (cursor: string): string => Buffer.from(cursor, 'base64url').toString('latin1');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** As facts say it: a UUID in lower case. Products are called as their shop likes. */
export const aggregateIdOf = (type: string | undefined, id: string): string =>
  UUID.test(id) && type !== 'product' ? id.toLowerCase() : id;

const MOST_XID = 2n ** 64n;
const MOST_SEQ = 2n ** 63n;

/** @throws ProblemException 400 for what was never a cursor */
export function positionOf(cursor: string | undefined): Position {
  if (cursor === undefined) return START;
  const [, xid, seq] = /^(\d{1,20})\.(\d{1,19})$/.exec(textOf(cursor)) ?? [];
  if (xid !== undefined && seq !== undefined && BigInt(xid) < MOST_XID && BigInt(seq) < MOST_SEQ) {
    return { xid, seq };
  }
  throw fieldProblem(400, [{ field: 'after', message: 'must be the cursor of an answer before' }]);
}

export interface FilterInput {
  readonly types?: readonly string[] | undefined;
  readonly aggregateType?: string | undefined;
  readonly aggregateId?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** @param toField what `to` is called where it is asked for. @throws ProblemException 400 */
export function filterOf(input: FilterInput, toField = 'to'): EventFilter {
  const { types, aggregateType, aggregateId } = input;
  if (aggregateId !== undefined && aggregateType === undefined) {
    const message = 'is needed beside aggregateId: an id alone may be that of several things';
    throw fieldProblem(400, [{ field: 'aggregateType', message }]);
  }
  return {
    ...(types !== undefined && {
      names: [...new Set(types.map((type) => nameOfType(type) ?? type))],
    }),
    ...(aggregateType !== undefined && { aggregateType }),
    ...(aggregateId !== undefined && { aggregateId: aggregateIdOf(aggregateType, aggregateId) }),
    ...periodOf(input.from, input.to, toField),
  };
}

/** RFC 3339, UTC. @throws ProblemException 400 */
export function periodOf(
  first: string | undefined,
  end: string | undefined,
  endField = 'to',
): { readonly from?: string; readonly to?: string } {
  const from = first === undefined ? undefined : checkedMoment('from', first).toISOString();
  const to = end === undefined ? undefined : checkedMoment(endField, end).toISOString();
  if (from !== undefined && to !== undefined && from >= to) {
    throw fieldProblem(400, [{ field: endField, message: 'must be later than from' }]);
  }
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}
