import { Controller, Get, Inject, Module, Res } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Open } from '../http/access.js';
import { checkHealth, type HealthPart, type HealthReport } from './health.js';

/** A global module may provide its `HealthPart[]` under this token; then nobody has to name it. */
export const HEALTH_PARTS = Symbol('HEALTH_PARTS');

const OWN_PARTS = Symbol('OWN_HEALTH_PARTS');

export interface HealthOptions {
  /** Parts in addition to those a global module provides under `HEALTH_PARTS`. */
  readonly parts?: readonly HealthPart[];
  /** By name: whether this service needs the part, whatever the part says of itself. */
  readonly required?: Readonly<Record<string, boolean>>;
}

interface StatusReply {
  status(code: number): unknown;
}

@Open()
@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(@Inject(OWN_PARTS) private readonly parts: readonly HealthPart[]) {}

  @Get()
  async health(@Res({ passthrough: true }) reply: StatusReply): Promise<HealthReport> {
    const report = await checkHealth(this.parts);
    if (report.status === 'error') reply.status(503);
    return report;
  }

  /** The process answers; says nothing of what it depends on, so that a restart is not its cure. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }
}

@Module({})
export class HealthModule {
  static forRoot(options: HealthOptions = {}): DynamicModule {
    const { parts = [], required = {} } = options;
    const own = (part: HealthPart): HealthPart => ({
      name: part.name,
      required: required[part.name] ?? part.required,
      check: () => part.check(),
    });
    return {
      module: HealthModule,
      controllers: [HealthController],
      providers: [
        {
          provide: OWN_PARTS,
          inject: [{ token: HEALTH_PARTS, optional: true }],
          useFactory: (shared: readonly HealthPart[] = []): HealthPart[] =>
            [...shared, ...parts].map(own),
        },
      ],
    };
  }
}
