/** HTTP with JSON, as far as the demo needs it. */
import { setTimeout as pause } from 'node:timers/promises';
import { DemoProblem } from './arguments.js';

const TIMEOUT_MS = 15_000;
/** With the pauses between them about 25 s: as long as a service takes to come back. */
const TRIES = 8;
const FIRST_PAUSE_MS = 200;

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One call; rejects when nothing answers in time. A body that is no JSON is handed on as text. */
export const call = async (url: string, { method = 'GET', json, headers }: Call = {}) => {
  const response = await fetch(url, {
    method,
    headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: json === undefined ? null : JSON.stringify(json),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  const answer: Answer = { status: response.status, body: parsed(text) };
  return answer;
};

/**
 * The answer of a call that may be repeated without harm: again after a pause when nothing answers
 * or the answer is a 5xx or 429, a few times.
 */
export const callRepeatedly = async (url: string, options: Call = {}): Promise<Answer> => {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await call(url, options).catch((error: unknown) => {
      if (attempt < TRIES) return undefined;
      throw new DemoProblem(`${url} does not answer: ${reasonOf(error)}`);
    });
    const passing = answer === undefined || answer.status >= 500 || answer.status === 429;
    if (!passing || attempt === TRIES) return answer ?? { status: 503, body: undefined };
    await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
  }
};

/** The body of a 200, as what the caller knows it to be. */
export const get = async <Body>(url: string, headers: Call['headers'] = {}): Promise<Body> => {
  const { status, body } = await callRepeatedly(url, { headers });
  if (status === 200) return body as Body;
  throw new DemoProblem(`GET ${url} answered ${status}: ${JSON.stringify(body)}`);
};

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

/** The items of a paged list, page by page, until it ends or `enough` says so of a page. */
export const getPages = async <Item>(
  url: string,
  query: Readonly<Record<string, string>>,
  enough: (page: readonly Item[]) => boolean = () => false,
  headers: Call['headers'] = {},
): Promise<Item[]> => {
  const items: Item[] = [];
  let cursor = query['cursor'];
  do {
    const parameters = new URLSearchParams({ ...query, ...(cursor !== undefined && { cursor }) });
    const page = await get<Page<Item>>(`${url}?${parameters.toString()}`, headers);
    items.push(...page.items);
    cursor = enough(page.items) ? undefined : page.nextCursor;
  } while (cursor !== undefined);
  return items;
};

/** Runs `work` for every item, at most `width` at a time, and stops at the first failure. */
export const inParallel = async <Item>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  const queue = items[Symbol.iterator]();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); !next.done && !failed; next = queue.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** fetch hides the reason in its cause. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
};
