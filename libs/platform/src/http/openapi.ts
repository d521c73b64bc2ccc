/** The OpenAPI document of a service, `/openapi.json`, and its page, `/docs`. */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

export function addOpenApi(app: NestFastifyApplication, title: string): void {
  const description = new DocumentBuilder().setTitle(title).setVersion('1').build();
  const document = SwaggerModule.createDocument(app, description);
  withHonestHeaders(document);
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'openapi.json' });
}

/**
 * Nest lists every header that a controller reads as a required one, in small letters, beside what
 * `@ApiHeader` says of the same. What is said stands; what only is read may be left out.
 */
function withHonestHeaders({ paths }: OpenAPIObject): void {
  for (const path of Object.values(paths)) {
    for (const operation of METHODS.flatMap((method) => path[method] ?? [])) {
      operation.parameters = headersOnce(operation.parameters ?? []);
    }
  }
}

type Parameters = NonNullable<NonNullable<OpenAPIObject['paths'][string]['get']>['parameters']>;
type Header = Extract<Parameters[number], { in: string }>;

function headersOnce(parameters: Parameters): Parameters {
  const described = new Set(
    parameters.filter(isHeader).flatMap((header) => (isRead(header) ? [] : [lower(header)])),
  );
  return parameters.flatMap((one) => {
    if (!isHeader(one) || !isRead(one)) return [one];
    return described.has(lower(one)) ? [] : [{ ...one, required: false }];
  });
}

const isHeader = (one: Parameters[number]): one is Header => 'in' in one && one.in === 'header';

/** And nothing is said of it. */
const isRead = ({ description }: Header): boolean => description === undefined;

const lower = ({ name }: Header): string => name.toLowerCase();
