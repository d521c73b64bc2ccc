export interface Health {
  readonly ok: boolean;
  /** `ok`, or which part is down and why. */
  readonly detail: string;
}

interface Report {
  status?: string;
  parts?: Record<string, { status?: string; detail?: string }>;
}

/** Asks `/health`; a process that does not answer is not ok, and never an error. */
export async function readHealth(baseUrl: string): Promise<Health> {
  try {
    const response = await fetch(`${baseUrl}/health`, { signal: AbortSignal.timeout(3000) });
    const report = (await response.json()) as Report;
    return { ok: response.ok, detail: describe(report) };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } };
    return { ok: false, detail: cause?.code ?? message };
  }
}

export function describe(report: Report): string {
  const down = Object.entries(report.parts ?? {})
    .filter(([, part]) => part.status !== 'up')
    .map(
      ([name, { status = 'unknown', detail }]) =>
        `${name} ${status}${detail ? ` (${detail})` : ''}`,
    );
  return [report.status ?? 'no status', ...down].join(', ');
}
