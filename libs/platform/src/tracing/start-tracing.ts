/**
 * Turns tracing on where the environment says so, by the standard variables of OpenTelemetry:
 * `OTEL_EXPORTER_OTLP_ENDPOINT` (or `…_TRACES_ENDPOINT`) says where to, and is the switch;
 * `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` say how much, `OTEL_BSP_*` how it is batched,
 * `OTEL_EXPORTER_OTLP_HEADERS` and the like how it is sent. The exporter reads them itself.
 */
import type { Environment } from '../settings.js';
import { installTracing } from './tracing.js';

export const isTracingWanted = (env: Environment): boolean =>
  (Boolean(env['OTEL_EXPORTER_OTLP_ENDPOINT']) ||
    Boolean(env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'])) &&
  env['OTEL_TRACES_EXPORTER'] !== 'none' &&
  env['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true';

/**
 * Loads the libraries only where they are needed.
 * @returns how to send what is left and turn it off; undefined where tracing stays off
 */
export async function startTracing(
  service: string,
  env: Environment,
): Promise<(() => Promise<void>) | undefined> {
  if (!isTracingWanted(env)) return undefined;
  const { openTelemetry } = await import('./open-telemetry.js');
  const tracing = openTelemetry(service, env);
  installTracing(tracing);
  return async () => {
    installTracing(undefined);
    await tracing.stop();
  };
}
