/** The OpenAPI document of a service, `/openapi.json`, and its page, `/docs`. */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { KEY_SCHEME, KEY_SECURITY } from './key-door.js';

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** Made when it is asked for first: most processes are never asked, and it takes them a while to make. */
export function addOpenApi(app: NestFastifyApplication, title: string): void {
  const description = new DocumentBuilder().setTitle(title).setVersion('1').build();
  const document = (): OpenAPIObject => {
    const made = SwaggerModule.createDocument(app, description);
    withHonestHeaders(made);
    withKeyScheme(made);
    return made;
  };
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

/** Said of handler and controller both, it is there twice; and where nobody says it, not at all. */
function withKeyScheme(document: OpenAPIObject): void {
  let isUsed = false;
  for (const path of Object.values(document.paths)) {
    for (const operation of METHODS.flatMap((method) => path[method] ?? [])) {
      if (!operation.security?.some((one) => KEY_SCHEME in one)) continue;
      operation.security = [{ [KEY_SCHEME]: [] }];
      isUsed = true;
    }
  }
  if (!isUsed) return;
  const components = (document.components ??= {});
  components.securitySchemes = { ...components.securitySchemes, [KEY_SCHEME]: KEY_SECURITY };
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
