import { describe, expect, it } from '@jest/globals';
import { readTraceparent, writeTraceparent } from './traceparent.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('a traceparent', () => {
  it('is read and written', () => {
    const context = { traceId: TRACE, spanId: SPAN, sampled: true };
    expect(readTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual(context);
    expect(writeTraceparent(context)).toBe(`00-${TRACE}-${SPAN}-01`);
    expect(readTraceparent(`00-${TRACE}-${SPAN}-00`)).toEqual({ ...context, sampled: false });
    expect(writeTraceparent({ ...context, sampled: false })).toBe(`00-${TRACE}-${SPAN}-00`);
  });

  it('of a later version is read as far as it is known', () => {
    expect(readTraceparent(`cc-${TRACE}-${SPAN}-03-more`)).toMatchObject({ sampled: true });
  });

  it.each([
    ['absent', undefined],
    ['no such text', 'trace'],
    ['of version ff', `ff-${TRACE}-${SPAN}-01`],
    ['in capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['without a trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['without a span', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['longer than its version allows', `00-${TRACE}-${SPAN}-01-more`],
  ])('that is %s counts as absent', (_, text) => {
    expect(readTraceparent(text)).toBeUndefined();
  });
});
