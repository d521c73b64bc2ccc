import { describe, expect, it } from '@jest/globals';
import { AnswerReader } from './answer-reader.js';

const ACCEPTED = 'HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\nhello';

/** What each piece completes, by one reader. */
const read = (...pieces: string[]) => {
  const reader = new AnswerReader();
  return pieces.map((piece) => reader.take(Buffer.from(piece)));
};

describe('the reader of answers', () => {
  it('reads one after the other', () => {
    const unavailable = 'HTTP/1.1 503 \r\ncontent-length:0\r\n\r\n';
    expect(read(ACCEPTED, unavailable, ACCEPTED)).toEqual([
      { status: 202, closes: false },
      { status: 503, closes: false },
      { status: 202, closes: false },
    ]);
  });

  it('puts an answer together, wherever it was split', () => {
    for (let at = 1; at < ACCEPTED.length; at += 1) {
      const answers = read(ACCEPTED.slice(0, at), ACCEPTED.slice(at), ACCEPTED);
      const answer = { status: 202, closes: false };
      expect(answers).toEqual([undefined, answer, answer]);
    }
    expect(read(...ACCEPTED.split('')).filter((answer) => answer?.status === 202)).toHaveLength(1);
  });

  it('counts the body in bytes', () => {
    expect(read('HTTP/1.1 202 OK\r\nContent-Length: 4\r\n\r\nüü')).toMatchObject([{ status: 202 }]);
  });

  it('sees that the server closes the connection', () => {
    const closing = 'HTTP/1.1 202 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
    expect(read(closing)).toEqual([{ status: 202, closes: true }]);
  });

  it.each([
    ['no status line', 'HTP/1.1 202 OK\r\nContent-Length: 0\r\n\r\n', 'no status line'],
    ['no length', 'HTTP/1.1 202 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'no Content-Length'],
    ['a length that is none', 'HTTP/1.1 202 OK\r\nContent-Length: x\r\n\r\n', 'no Content-Length'],
    ['bytes nobody asked for', `${ACCEPTED}!`, 'more came'],
    ['a head without end', 'x'.repeat(20_000), 'no end'],
  ])('refuses %s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
