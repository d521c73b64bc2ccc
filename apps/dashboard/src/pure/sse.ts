/** Server-sent events out of pieces of text, as the HTML standard reads them. */

export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

export class EventParser {
  private rest = '';
  private event = '';
  private readonly data: string[] = [];
  /** As the server wishes; ms. */
  retryMs: number | undefined;

  /** @param text the next piece, cut anywhere. @returns the events that it completes */
  push(text: string): StreamEvent[] {
    this.rest += text;
    const found: StreamEvent[] = [];
    for (;;) {
      const [line, length] = this.nextLine();
      if (line === undefined) return found;
      this.rest = this.rest.slice(length);
      const event = this.take(line);
      if (event) found.push(event);
    }
  }

  private nextLine(): [line: string | undefined, length: number] {
    const end = /\r\n|\n|\r/.exec(this.rest);
    // a lone \r at the end may be the first half of \r\n
    if (!end || (end[0] === '\r' && end.index === this.rest.length - 1)) return [undefined, 0];
    return [this.rest.slice(0, end.index), end.index + end[0].length];
  }

  private take(line: string): StreamEvent | undefined {
    if (line === '') return this.dispatch();
    if (line.startsWith(':')) return undefined;
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.event = value;
    if (field === 'data') this.data.push(value);
    if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
    return undefined;
  }

  private dispatch(): StreamEvent | undefined {
    const event = { event: this.event || 'message', data: this.data.join('\n') };
    const isEmpty = this.data.length === 0;
    this.event = '';
    this.data.length = 0;
    return isEmpty ? undefined : event;
  }
}
