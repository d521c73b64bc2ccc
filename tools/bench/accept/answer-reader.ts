/** An answer of HTTP/1.1, as far as the load needs to know it. */
export interface HttpAnswer {
  readonly status: number;
  /** The server closes the connection after it. */
  readonly closes: boolean;
}

const HEAD_END = '\r\n\r\n';
const HEAD_BYTES_MAX = 16_384;
const STATUS_LINE = /^HTTP\/1\.1 (\d{3})(?: |\r|$)/;
const CONTENT_LENGTH = /\r\ncontent-length: *(\d{1,9}) *(?:\r|$)/i;
const CLOSE = /\r\nconnection: *close *(?:\r|$)/i;

/**
 * Reads the answers of one connection that has one request under way at a time. It looks at the
 * status line, Content-Length and Connection; bodies are counted and thrown away.
 */
export class AnswerReader {
  private head = '';
  private answer: HttpAnswer | undefined;
  private bodyBytesLeft = 0;

  /**
   * The answer that this piece completes, or undefined while some of it is still to come.
   * @throws Error at what is no such answer; the connection is of no use then
   */
  take(piece: Buffer): HttpAnswer | undefined {
    if (this.answer) this.bodyBytesLeft -= piece.length;
    else if (!this.takeHead(piece.toString('latin1'))) return undefined;
    if (this.bodyBytesLeft > 0) return undefined;
    if (this.bodyBytesLeft < 0) throw malformed('more came than its Content-Length');
    const complete = this.answer;
    this.answer = undefined;
    return complete;
  }

  /** Whether the head is whole; what follows it is counted as body. */
  private takeHead(text: string): boolean {
    this.head += text;
    const end = this.head.indexOf(HEAD_END);
    if (end < 0) {
      if (this.head.length > HEAD_BYTES_MAX) throw malformed('its head has no end');
      return false;
    }
    const head = this.head.slice(0, end);
    const status = STATUS_LINE.exec(head)?.[1];
    const length = CONTENT_LENGTH.exec(head)?.[1];
    if (status === undefined) throw malformed('it has no status line');
    if (length === undefined) throw malformed('it has no Content-Length');
    this.answer = { status: Number(status), closes: CLOSE.test(head) };
    this.bodyBytesLeft = Number(length) - (this.head.length - end - HEAD_END.length);
    this.head = '';
    return true;
  }
}

const malformed = (why: string): Error => new Error(`malformed answer: ${why}`);
