/** One thing a service needs, or likes to have, to do its work. */
export interface HealthPart {
  readonly name: string;
  /** A required part that is down makes the service answer 503; another one, "degraded". */
  readonly required: boolean;
  /** Throws when down; a string is shown as detail. */
  check(): Promise<string | undefined>;
}

export interface PartReport {
  readonly status: 'up' | 'down';
  readonly detail?: string;
}

export interface HealthReport {
  readonly status: 'ok' | 'degraded' | 'error';
  readonly parts: Readonly<Record<string, PartReport>>;
}

/** A part that does not answer is down: a health check must answer within its caller's patience. */
const CHECK_WITHIN_MS = 2_000;

export async function checkHealth(
  parts: readonly HealthPart[],
  withinMs = CHECK_WITHIN_MS,
): Promise<HealthReport> {
  const reports = await Promise.all(parts.map((part) => checkPart(part, withinMs)));
  const down = parts.filter((_, index) => reports[index]?.status === 'down');
  return {
    status: down.length === 0 ? 'ok' : down.some((part) => part.required) ? 'error' : 'degraded',
    parts: Object.fromEntries(
      parts.map((part, index) => [part.name, reports[index] as PartReport]),
    ),
  };
}

async function checkPart(part: HealthPart, withinMs: number): Promise<PartReport> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${withinMs} ms`)), withinMs);
  });
  try {
    const detail = await Promise.race([part.check(), patience]);
    return detail === undefined ? { status: 'up' } : { status: 'up', detail };
  } catch (error) {
    return { status: 'down', detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
