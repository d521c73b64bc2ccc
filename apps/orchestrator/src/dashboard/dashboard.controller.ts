import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AnyQuery, Open, ProblemException } from '#platform';
import { codingFor, Site } from './site.js';

/**
 * Nothing but its own files may be loaded or run, nothing but this server may be asked, and nobody may
 * frame it; text never becomes markup (trusted types).
 */
const POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ...["require-trusted-types-for 'script'", "trusted-types 'none'"],
].join('; ');

const YEAR_S = 31_536_000;

/** The pages of the dashboard are for everybody: what they show is asked for with the reader's key. */
@ApiExcludeController()
@Open()
@AnyQuery()
@Controller('dashboard')
export class DashboardController {
  constructor(private readonly site: Site) {}

  @Get()
  first(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer('', request, reply);
  }

  @Get('*')
  any(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer((request.params as { '*'?: string })['*'] ?? '', request, reply);
  }

  private answer(path: string, { headers }: FastifyRequest, reply: FastifyReply): void {
    const file = this.site.find(path);
    if (!file) {
      throw new ProblemException(
        404,
        'No such file',
        'The dashboard has no such file. Its first page is /dashboard.',
      );
    }
    const coding = codingFor(file, headers['accept-encoding']);
    const etag = coding === 'identity' ? file.etag : file.etag.replace(/"$/, `-${coding}"`);
    reply.headers({
      'content-type': file.type,
      'content-security-policy': POLICY,
      vary: 'accept-encoding',
      etag,
      'cache-control': file.isForGood ? `public, max-age=${YEAR_S}, immutable` : 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      ...(coding !== 'identity' && { 'content-encoding': coding }),
    });
    if (headers['if-none-match'] === etag) void reply.status(304).send();
    else void reply.send(file.bodies[coding]);
  }
}
