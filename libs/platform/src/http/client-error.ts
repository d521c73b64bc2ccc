/** What is no HTTP, or too much of it: Node gives up before there is a request that could be routed. */
import type { Socket } from 'node:net';
import { PROBLEM_TYPE, statusTitle, type Problem } from './problem.js';

const DETAILS: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers of the request are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
};

/** Answers on the bare socket, and ends the connection: nobody knows where the next request begins. */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  // The client is gone, or an answer has begun already.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const [status, detail] = DETAILS[error.code ?? ''] ?? [400, 'This is not a valid HTTP request.'];
  const title = statusTitle(status);
  const problem: Problem = { type: 'about:blank', title, status, detail };
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${status} ${title}`,
      `Content-Type: ${PROBLEM_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
