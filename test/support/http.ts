/** HTTP as a caller of the services sees it. */

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON; the text where it is no JSON; undefined for an empty body. */
  readonly body: Body;
}

export interface Call {
  readonly method?: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, instead of `json`. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default 15,000. */
  readonly timeoutMs?: number;
}

/** Rejects only when nothing answers; every status is an answer. */
export async function call<Body = unknown>(
  url: string,
  { method, json, raw, headers = {}, timeoutMs = 15_000 }: Call = {},
): Promise<Answer<Body>> {
  const body = raw ?? (json === undefined ? undefined : JSON.stringify(json));
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parsed(text) as Body };
}

/** The body of an answer that must be a 200. */
export async function get<Body>(url: string, headers: Call['headers'] = {}): Promise<Body> {
  const { status, body } = await call<Body>(url, { headers });
  if (status !== 200) throw new Error(`GET ${url} answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

/** Every item of a paged list. */
export async function getAll<Item>(
  url: string,
  limit: number,
  headers: Call['headers'] = {},
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = new URL(url);
    page.searchParams.set('limit', String(limit));
    if (cursor !== undefined) page.searchParams.set('cursor', cursor);
    const { items: more, nextCursor } = await get<Page<Item>>(page.href, headers);
    items.push(...more);
    cursor = nextCursor;
  } while (cursor !== undefined);
  return items;
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
