import { connect, type AddressInfo } from 'node:net';
import { Body, Controller, Get, Headers, Module, Param, Post, Query, Req } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiHeader } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApp } from './app.js';
import {
  ChoiceField,
  IntegerField,
  IntegerQuery,
  ListField,
  ObjectField,
  TextField,
} from './fields.js';
import { AnyQuery } from './known-query.js';
import { ProblemException } from './problem.js';
import { QueueFullError } from '../batcher.js';
import { createLogger } from '../logger.js';
import { HealthModule } from '../health/health.module.js';

class Line {
  @TextField({ max: 8 }) name!: string;
  @IntegerField({ min: 1, max: 10 }) count!: number;
}
class Place {
  @TextField({ max: 8, pattern: /^[a-z]+$/, shape: 'lower case' }) city!: string;
}
class Thing {
  @ListField(Line, { min: 1, max: 3 }) lines!: Line[];
  @ObjectField(Place) place!: Place;
  @ChoiceField({ of: ['red', 'blue'] }) colour!: string;
  @TextField({ max: 8, optional: true }) note?: string;
}
class Page {
  @IntegerQuery({ min: 1, max: 100, optional: true }) limit?: number;
}

class LostDatabase extends Error {}

@Controller('things')
class Things {
  @Post()
  @ApiHeader({ name: 'X-Maker', required: false, description: 'Who made it.' })
  @ApiHeader({ name: 'X-Seal', required: true, description: 'Of the maker.' })
  create(
    @Body() thing: Thing,
    @Headers('x-maker') _maker?: string,
    @Headers('x-seal') _seal?: string,
    @Headers('traceparent') _trace?: string,
  ) {
    return { isLine: thing.lines[0] instanceof Line };
  }
  @Get()
  list(@Query() page: Page) {
    return { limit: page.limit ?? 'none' };
  }
  @Get('watched')
  @ApiExcludeEndpoint()
  watched(@Req() { method }: { readonly method: string }) {
    return { method };
  }
  @Get('hooks')
  @ApiExcludeEndpoint()
  @AnyQuery()
  hooks() {
    return {};
  }
  @Get(':id')
  one(@Param('id') id: string): unknown {
    if (id === 'busy') throw new QueueFullError(3);
    if (id === 'lost') throw new LostDatabase('connect to secret-host failed');
    if (id === 'bug') throw new Error('secret inside');
    throw new ProblemException(404, 'No such thing', `There is no thing ${id}.`, { code: 'gone' });
  }
}

@Module({ controllers: [Things], imports: [HealthModule.forRoot()] })
class AppModule {}

const good = {
  lines: [{ name: 'a', count: 1 }],
  place: { city: 'tokyo' },
  colour: 'red',
};

describe('an HTTP application', () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    const logger = createLogger({ service: 'things', level: 'silent' });
    app = await createHttpApp(AppModule, {
      service: 'things',
      title: 'Things',
      logger,
      isUnavailable: (error) => error instanceof LostDatabase,
    });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  const post = async (payload: unknown, headers: Record<string, string> = {}) => {
    const answer = await app.inject({
      method: 'POST',
      url: '/things',
      headers: { 'content-type': 'application/json', ...headers },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });
    return { status: answer.statusCode, type: answer.headers['content-type'], body: answer.json() };
  };

  it('hands a checked instance to the controller', async () => {
    expect(await post(good)).toMatchObject({ status: 201, body: { isLine: true } });
  });

  it.each([
    ['a text for a number', { ...good, lines: [{ name: 'a', count: '1' }] }, 'lines.0.count'],
    ['a fraction', { ...good, lines: [{ name: 'a', count: 1.5 }] }, 'lines.0.count'],
    ['a negative number', { ...good, lines: [{ name: 'a', count: -1 }] }, 'lines.0.count'],
    ['a number for a text', { ...good, lines: [{ name: 5, count: 1 }] }, 'lines.0.name'],
    ['a text that is too long', { ...good, note: 'x'.repeat(9) }, 'note'],
    ['a text that is too long for a message', { ...good, note: '😀'.repeat(5) }, 'note'],
    ['an empty text', { ...good, note: '' }, 'note'],
    ['a blank text', { ...good, note: '  ' }, 'note'],
    ['a text that nobody sees', { ...good, note: '\u202e\u200b \u3000' }, 'note'],
    ['a control character', { ...good, note: 'a\u0000b' }, 'note'],
    ['a line break', { ...good, note: 'a\nb' }, 'note'],
    ['half a character', { ...good, note: 'a\ud800b' }, 'note'],
    ['a text of another pattern', { ...good, place: { city: 'TOKYO' } }, 'place.city'],
    ['an unknown field', { ...good, extra: 1 }, 'extra'],
    ['an unknown nested field', { ...good, place: { city: 'x', zip: 1 } }, 'place.zip'],
    [
      'an unknown field in a list',
      { ...good, lines: [{ name: 'a', count: 1, x: 1 }] },
      'lines.0.x',
    ],
    ['an empty list', { ...good, lines: [] }, 'lines'],
    ['a long list', { ...good, lines: Array(4).fill(good.lines[0]) }, 'lines'],
    ['an object for a list', { ...good, lines: { 0: good.lines[0] } }, 'lines'],
    ['a text in a list', { ...good, lines: ['a'] }, 'lines'],
    ['null in a list', { ...good, lines: [null] }, 'lines'],
    ['a list in a list', { ...good, lines: [[good.lines[0]]] }, 'lines'],
    ['a list for an object', { ...good, place: [good.place] }, 'place'],
    ['null for an object', { ...good, place: null }, 'place'],
    ['a text for an object', { ...good, place: 'tokyo' }, 'place'],
    ['null for an optional text', { ...good, note: null }, 'note'],
    ['a wrong choice', { ...good, colour: 'green' }, 'colour'],
    ['a list for a choice', { ...good, colour: ['red'] }, 'colour'],
    ['a missing field', { lines: good.lines, place: good.place }, 'colour'],
    ['an own constructor', { ...good, constructor: 'x' }, 'constructor'],
    ['a nested own constructor', { ...good, place: { city: 'x', constructor: 'x' } }, 'place'],
    ['a borrowed name', { ...good, hasOwnProperty: 1 }, 'hasOwnProperty'],
    ['a list as body', [good], ''],
    ['null as body', 'null', ''],
    ['a text as body', '"x"', ''],
  ])('refuses %s with 400 and names the field', async (_, payload, field) => {
    const answer = await post(payload);
    expect(answer).toMatchObject({ status: 400, type: 'application/problem+json' });
    const fields = answer.body.errors.map((error: { field: string }) => error.field);
    expect(fields.some((name: string) => name === field || name.startsWith(`${field}.`))).toBe(
      true,
    );
    expect(answer.body).toMatchObject({ status: 400, instance: '/things' });
  });

  it.each([
    ['/things?limit=1&size=2', 'size'],
    ['/things/busy?limit=1', 'limit'],
    ['/things/busy?a&b=1', 'a'],
    ['/things/lost?__proto__=1', '__proto__'],
    ['/things/watched?a=1', 'a'],
    ['/things/busy?=1', '?'],
  ])('refuses a parameter that the route does not know: %s', async (url, field) => {
    const answer = await app.inject({ method: 'GET', url });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({
      status: 400,
      errors: expect.arrayContaining([{ field, message: 'is not known' }]),
    });
  });

  it.each(['/things?limit=%', '/things?limit=%zz', '/things/busy?%ff=1', '/things?limit=1%e4'])(
    'refuses a query that is not percent-encoded: %s',
    async (url) => {
      const answer = await app.inject({ method: 'GET', url });
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.json()).toMatchObject({
        ...{ status: 400, title: 'The query string is not valid' },
        detail: 'The query string must be percent-encoded UTF-8.',
      });
    },
  );

  it.each(['/health?at=1', '/health/live?at=1', '/things/hooks?at=1', '/things/hooks'])(
    'answers whoever completes an address: %s',
    async (url) => {
      expect((await app.inject({ method: 'GET', url })).statusCode).toBe(200);
    },
  );

  it('refuses what is no JSON, what is too deep, what is too large and what is of another type', async () => {
    expect(await post('{"lines": [')).toMatchObject({ status: 400 });
    expect(await post('')).toMatchObject({ status: 400 });
    const deep = await post(`{"note": ${'['.repeat(400_000)}${']'.repeat(400_000)}}`);
    expect(deep).toMatchObject({
      status: 400,
      body: { errors: [{ message: 'is nested too deep' }] },
    });
    expect(await post('{"__proto__": {"a": 1}}')).toMatchObject({
      status: 400,
      body: { errors: [{ field: '__proto__', message: 'is not known' }] },
    });
    const unknown = await post({ ...good, ['x'.repeat(500_000)]: 1 });
    expect(unknown.body).toMatchObject({ status: 400, errors: [{ message: 'is not known' }] });
    expect(JSON.stringify(unknown.body).length).toBeLessThan(1_000);
    expect(await post({ ...good, prototype: {} })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'prototype', message: 'is not known' }] },
    });
    const large = await post({ ...good, note: 'x'.repeat(2_000_000) });
    expect(large).toMatchObject({ status: 413, type: 'application/problem+json' });
    expect(large.body).toMatchObject({ detail: expect.stringContaining('1048576 bytes at most') });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
      const other = await post('a=b', { 'content-type': type });
      expect(other).toMatchObject({ status: 415, type: 'application/problem+json' });
      expect(other.body).toMatchObject({ detail: expect.stringContaining('as JSON') });
    }
  });

  it('refuses a body that it would misread', async () => {
    const zipped = await post(good, { 'content-encoding': 'gzip' });
    expect(zipped).toMatchObject({ status: 415, type: 'application/problem+json' });
    const wide = await post(good, { 'content-type': 'application/json; charset=utf-16' });
    expect(wide).toMatchObject({ status: 415, type: 'application/problem+json' });
    expect(wide.body.detail).toContain('utf-16');
    const usual = {
      'content-type': 'application/json; charset=UTF-8',
      'content-encoding': 'identity',
    };
    expect(await post(good, usual)).toMatchObject({ status: 201 });
  });

  it.each(['with a length', 'in chunks'])('refuses bytes that are no UTF-8, %s', async (how) => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const send = async (city: string, encoding: BufferEncoding) => {
      const payload = Buffer.from(JSON.stringify({ ...good, note: city }), encoding);
      const answer = await fetch(`http://127.0.0.1:${port}/things`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        ...(how === 'in chunks'
          ? { body: new Blob([payload]).stream(), duplex: 'half' as const }
          : { body: payload }),
      });
      return { status: answer.status, body: await answer.json() };
    };
    expect(await send('Köln', 'utf8')).toMatchObject({ status: 201 });
    expect(await send('Köln', 'latin1')).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('not UTF-8') },
    });
  });

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
    [
      'two lengths',
      'POST /things HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
      400,
    ],
  ])('answers %s with a problem, and hangs up', async (_, request, status) => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write(request);
    const answer = (await socket.setEncoding('utf8').toArray()).join('');
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head.toLowerCase()).toContain('content-type: application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ type: 'about:blank', status });
  });

  it('tells a wrong method from an unknown path', async () => {
    const wrong = await app.inject({ method: 'DELETE', url: '/things?x=1' });
    expect(wrong.statusCode).toBe(405);
    expect(wrong.headers['allow']).toBe('GET, HEAD, POST');
    const unknown = await app.inject({ method: 'GET', url: '/nowhere' });
    expect(unknown.statusCode).toBe(404);
    expect(unknown.json()).toMatchObject({ status: 404, title: 'Not Found', instance: '/nowhere' });
    const file = await app.inject({ method: 'GET', url: '/docs/%2e%2e%2fpackage.json' });
    expect(file.statusCode).toBe(404);
  });

  it.each(['/things/%', '/things/%zz', '/things/%00', `/things/${'x'.repeat(2000)}`])(
    'answers the odd path %s with a 4xx problem',
    async (url) => {
      const answer = await app.inject({ method: 'GET', url });
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.statusCode).toBeLessThan(500);
      expect(answer.headers['content-type']).toBe('application/problem+json');
    },
  );

  it('checks queries', async () => {
    expect((await app.inject('/things?limit=7')).json()).toEqual({ limit: 7 });
    for (const query of [
      'limit=0',
      'limit=x',
      'limit=1e1',
      'limit=1&limit=2',
      'limit=',
      'other=1',
      'constructor=1',
      'toString=1',
      '__proto__=1',
    ]) {
      const answer = await app.inject(`/things?${query}`);
      expect([query, answer.statusCode]).toEqual([query, 400]);
      expect(answer.json().errors[0].field).toBe(query.split('=')[0]);
    }
  });

  it('passes on what a controller refuses, and hides what went wrong inside', async () => {
    const refused = await app.inject('/things/7');
    expect(refused.statusCode).toBe(404);
    expect(refused.json()).toMatchObject({ title: 'No such thing', code: 'gone' });
    const bug = await app.inject('/things/bug');
    expect(bug.statusCode).toBe(500);
    expect(bug.body).not.toContain('secret');
  });

  it('answers 503 with Retry-After when it is full or a part is away', async () => {
    for (const id of ['busy', 'lost']) {
      const answer = await app.inject(`/things/${id}`);
      expect(answer.statusCode).toBe(503);
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.body).not.toContain('secret');
    }
  });

  it('serves health, metrics, the OpenAPI document and its page', async () => {
    expect((await app.inject('/health')).json()).toEqual({ status: 'ok', parts: {} });
    expect((await app.inject('/health/live')).json()).toEqual({ status: 'ok' });
    const metrics = await app.inject('/metrics');
    expect(metrics.body).toMatch(/http_request_duration_seconds_count\{.*route="\/things"/);
    const document = (await app.inject('/openapi.json')).json();
    expect(Object.keys(document.paths)).toEqual(['/things', '/things/{id}']);
    expect(document.components.schemas.Line.properties.count).toEqual({
      type: 'integer',
      minimum: 1,
      maximum: 10,
    });
    expect((await app.inject('/docs')).statusCode).toBe(200);
  });

  it('describes each header once, and asks for none that may be left out', async () => {
    const { paths } = (await app.inject('/openapi.json')).json();
    const headers: { name: string; required: boolean }[] = paths['/things'].post.parameters;
    expect(headers.map(({ name, required }) => [name, required]).toSorted()).toEqual([
      ['X-Maker', false],
      ['X-Seal', true],
      ['traceparent', false],
    ]);
  });
});
