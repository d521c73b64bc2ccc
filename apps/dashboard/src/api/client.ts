/** Asks the admin API with the reader's key, which goes into a header and nowhere else. */

export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    /** 0 where no answer came. */
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly extras: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
  }

  get code(): string | undefined {
    return typeof this.extras['code'] === 'string' ? this.extras['code'] : undefined;
  }
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** @throws Problem, or the signal's reason */
export async function ask<T>(
  key: string,
  path: string,
  { method = 'GET', body, signal }: RequestOptions = {},
): Promise<T> {
  const answer = await send(key, path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
  });
  return (await answer.json()) as T;
}

/** The answer's body as it comes. @throws Problem, or the signal's reason */
export async function openStream(
  key: string,
  path: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const { body } = await send(key, path, { signal, headers: { accept: 'text/event-stream' } });
  if (body) return body;
  throw new Problem(0, 'No stream', 'The server has sent no stream.');
}

interface Sent extends RequestInit {
  readonly headers: Readonly<Record<string, string>>;
}

async function send(key: string, path: string, init: Sent): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(`/admin/${path}`, {
      ...init,
      headers: { ...init.headers, 'x-api-key': key },
      cache: 'no-store',
      credentials: 'omit',
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Problem(0, 'No connection', 'The server does not answer. It is tried again.');
  }
  if (answer.ok) return answer;
  throw await problemIn(answer);
}

async function problemIn(answer: Response): Promise<Problem> {
  const body: unknown = await answer.json().catch(() => undefined);
  const extras = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (name: string, otherwise: string): string =>
    typeof extras[name] === 'string' ? extras[name] : otherwise;
  return new Problem(
    answer.status,
    text('title', `The server answered ${answer.status}`),
    text('detail', 'It gave no reason.'),
    extras,
  );
}
