import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventParser } from './sse.js';

const all = (...pieces: string[]) => {
  const parser = new EventParser();
  return pieces.flatMap((piece) => parser.push(piece));
};

describe('a stream of events', () => {
  it('is read as it comes', () => {
    expect(all('event: figures\ndata: {"a":1}\n\n', 'data: x\n\n')).toEqual([
      { event: 'figures', data: '{"a":1}' },
      { event: 'message', data: 'x' },
    ]);
  });

  it('may have several lines of data, comments and fields that nobody knows', () => {
    expect(all(':\n\n: alive\nid: 7\ndata:one\ndata:  two\nevent\n\n')).toEqual([
      { event: 'message', data: 'one\n two' },
    ]);
  });

  it('tells no event without data, and keeps no name for the next', () => {
    expect(all('event: a\n\ndata: b\n\n')).toEqual([{ event: 'message', data: 'b' }]);
  });

  it('that breaks off tells nothing of its last event', () => {
    expect(all('data: whole\n\ndata: half\n')).toEqual([{ event: 'message', data: 'whole' }]);
  });

  it('says how soon to come again', () => {
    const parser = new EventParser();
    parser.push('retry: 1500\n');
    parser.push('retry: soon\n');
    expect(parser.retryMs).toBe(1_500);
  });

  it('says the same wherever it is cut, with any ends of lines', () => {
    const text = 'event: a\r\ndata: one\r\ndata: two\r\n\r\n:x\rdata: three\r\rdata: four\n\n';
    const whole = all(text);
    expect(whole.map(({ data }) => data)).toEqual(['one\ntwo', 'three', 'four']);
    const cuts = fc.array(fc.nat(text.length), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, (at) => {
        const edges = [0, ...at.toSorted((a, b) => a - b), text.length];
        const pieces = edges.slice(1).map((end, index) => text.slice(edges[index], end));
        expect(all(...pieces)).toEqual(whole);
      }),
    );
  });
});
