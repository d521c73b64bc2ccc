import type { Target } from './http-connection.js';

/** The id of an order; `prefix` is never used twice with one system. */
export const orderIdOf = (prefix: string, number: number): string => `${prefix}-${number}`;

/** The request that places an order, whole; only its id and length differ from the next one's. */
export function orderRequests({ host, port }: Target, prefix: string): (number: number) => string {
  const head =
    `POST /orders HTTP/1.1\r\nHost: ${host}:${port}\r\n` +
    'Content-Type: application/json\r\nContent-Length: ';
  const before = '{"orderId":"';
  const after = '","amount":100,"isDeclined":false}';
  const fixedLength = before.length + after.length;
  return (number) => {
    const id = orderIdOf(prefix, number);
    return `${head}${fixedLength + id.length}\r\n\r\n${before}${id}${after}`;
  };
}
