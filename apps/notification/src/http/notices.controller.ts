import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { orderId } from '#contracts';
import { Database } from '#messaging';
import { fieldProblem } from '#platform';
import { findNoticesAbout } from '../persistence/find-notices.js';

@ApiTags('notices')
@Controller('notices')
export class NoticesController {
  constructor(private readonly database: Database) {}

  @Get(':subjectId')
  @ApiOperation({ summary: 'Notices about an order, and whether they were delivered' })
  async about(@Param('subjectId') subjectId: string) {
    const parsed = orderId.safeParse(subjectId);
    if (!parsed.success) {
      throw fieldProblem(400, [{ field: 'subjectId', message: 'must be a UUID' }]);
    }
    const notices = await findNoticesAbout(this.database, parsed.data);
    return {
      items: notices.map(({ noticeId, template, status, problem }) => ({
        noticeId,
        template,
        status,
        ...(problem !== null && { problem }),
      })),
    };
  }
}
