/** The admin API, and its refusals as sentences that say what to do. */
import type { Connection } from './connection.js';
import { CommandProblem, EXIT, type ExitStatus } from './exit-status.js';

const TIMEOUT_MS = 20_000;

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface AdminApi {
  /** @throws CommandProblem */
  get<Body>(path: string, query?: Query): Promise<Body>;
  /** Undefined for a 404. @throws CommandProblem */
  find<Body>(path: string): Promise<Body | undefined>;
  /** @throws CommandProblem */
  post<Body>(path: string, body: object): Promise<Body>;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export const adminApi = ({ url, key }: Connection): AdminApi => {
  const ask = async (path: string, body?: object): Promise<Answer> => {
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${url}/admin${path}`, {
        method: body ? 'POST' : 'GET',
        headers: { 'x-api-key': key, ...(body && { 'content-type': 'application/json' }) },
        body: body ? JSON.stringify(body) : null,
        // elsewhere the key would be sent along
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      ({ status } = response);
      text = await response.text();
    } catch (error) {
      throw new CommandProblem(EXIT.unreachable, `${silenceText(url, error)}${body ? LOST : ''}`);
    }
    try {
      return { status, body: JSON.parse(text) as unknown };
    } catch {
      throw new CommandProblem(
        EXIT.unreachable,
        `what answers at ${url} (HTTP ${status}) is not the admin API; --url names another`,
      );
    }
  };
  return {
    get: async <Body>(path: string, query: Query = {}) =>
      bodyOf<Body>(await ask(`${path}${queryText(query)}`)),
    find: async <Body>(path: string) => {
      const answer = await ask(path);
      return answer.status === 404 ? undefined : bodyOf<Body>(answer);
    },
    post: async <Body>(path: string, body: object) => bodyOf<Body>(await ask(path, body)),
  };
};

const LOST = ' Whether it was done is not known: look, before it is asked for again.';

export function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    const values = typeof value === 'object' ? value : [String(value)];
    for (const one of values) parameters.append(name, one);
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

function bodyOf<Body>({ status, body }: Answer): Body {
  if (status >= 200 && status < 300) return body as Body;
  throw problemOf(status, body);
}

/** Of problem details. */
export function problemOf(status: number, body: unknown): CommandProblem {
  const { detail, title } = (body ?? {}) as { readonly detail?: unknown; readonly title?: unknown };
  const isMoved = status === 409 && (body as { readonly code?: unknown }).code === 'moved';
  const said = [detail, title].find((text) => typeof text === 'string') ?? `HTTP ${status}`;
  return new CommandProblem(isMoved ? EXIT.moved : statusOf(status), said);
}

function statusOf(status: number): ExitStatus {
  switch (status) {
    case 400:
      return EXIT.usage;
    case 401:
    case 403:
      return EXIT.noAccess;
    case 404:
      return EXIT.notFound;
    case 502:
    case 503:
    case 504:
      return EXIT.unreachable;
    default:
      return EXIT.failed;
  }
}

function silenceText(url: string, error: unknown): string {
  const { name, cause } = error as { readonly name?: string; readonly cause?: unknown };
  if (name === 'TimeoutError') return `${url} has not answered within ${TIMEOUT_MS / 1_000} s.`;
  const { code, message } = (cause ?? error) as {
    readonly code?: string;
    readonly message?: string;
  };
  return `${url} is not reached (${code ?? message ?? 'no connection'}): does the orchestrator run there?`;
}
