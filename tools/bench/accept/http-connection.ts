import { connect, type Socket } from 'node:net';
import { AnswerReader } from './answer-reader.js';

export interface Target {
  readonly host: string;
  readonly port: number;
}

interface Waiter {
  readonly resolve: (status: number) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A keep-alive connection with one request at a time. It connects when there is something to ask,
 * and anew after it was closed. It does no more than the load needs, for it shares the processors
 * with the server that is measured.
 */
export class HttpConnection {
  private socket: Socket | undefined;
  private reader = new AnswerReader();
  private waiter: Waiter | undefined;

  constructor(private readonly target: Target) {}

  /**
   * Sends a whole request (latin1) and resolves with the status of its answer.
   * @throws Error saying what became of the connection, or what is wrong with the answer
   */
  ask(request: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.waiter = { resolve, reject };
      this.socket ??= this.open();
      this.socket.write(request, 'latin1');
    });
  }

  /** Whoever waits for an answer is told why there is none. */
  close(why: string): void {
    this.fail(new Error(why));
  }

  private open(): Socket {
    const socket = connect({ ...this.target, noDelay: true });
    this.reader = new AnswerReader();
    let why = 'connection closed before the answer';
    socket.on('data', (piece) => this.take(piece));
    socket.on('error', (error: NodeJS.ErrnoException) => (why = error.code ?? error.message));
    socket.on('close', () => {
      // One that was given up has a successor, which is not to blame.
      if (this.socket === socket) this.fail(new Error(why));
    });
    return socket;
  }

  private take(piece: Buffer): void {
    try {
      const answer = this.reader.take(piece);
      if (answer === undefined) return;
      const { waiter } = this;
      // Also after an answer to nothing, as some servers send it before they hang up.
      if (answer.closes || waiter === undefined) this.drop();
      this.waiter = undefined;
      waiter?.resolve(answer.status);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private fail(error: Error): void {
    const { waiter } = this;
    this.drop();
    this.waiter = undefined;
    waiter?.reject(error);
  }

  private drop(): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.removeAllListeners('data');
    socket?.destroy();
  }
}
