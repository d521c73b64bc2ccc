import { connect, createServer, type Server, type Socket } from 'node:net';

/** Looks at what the client sends; `cut` closes both ends, before or after it was passed on. */
export type Inspect = (bytes: Buffer) => 'pass' | 'cut-before' | 'cut-after';

/** A link to a server that can be cut. */
export class TcpProxy {
  inspect: Inspect = () => 'pass';
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(
    private readonly targetPort: number,
    readonly port: number,
  ) {
    this.#server = createServer((client) => this.#link(client));
  }

  /** Not listening yet. */
  static at(port: number, targetPort: number): TcpProxy {
    return new TcpProxy(targetPort, port);
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(this.port, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #link(client: Socket): void {
    const server = connect(this.targetPort, '127.0.0.1');
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    client.on('data', (bytes: Buffer) => {
      const verdict = this.inspect(bytes);
      if (verdict === 'cut-before') {
        server.destroy();
        client.destroy();
      } else if (verdict === 'cut-after') {
        // The server gets it, its answer never arrives.
        server.end(bytes);
        client.destroy();
      } else {
        server.write(bytes);
      }
    });
    server.on('data', (bytes: Buffer) => client.write(bytes));
    client.on('end', () => server.end());
    server.on('end', () => client.end());
  }
}
