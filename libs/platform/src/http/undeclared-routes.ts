import { Injectable, RequestMethod, type OnModuleInit } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';

/** Key of the metadata in which handlers and controllers say who may call them. */
export const ACCESS = 'access';

/** Lets no service start that has a route of which nobody has said who may call it. */
@Injectable()
export class UndeclaredRoutes implements OnModuleInit {
  private readonly scanner = new MetadataScanner();

  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws Error that names them */
  onModuleInit(): void {
    const found = this.discovery
      .getControllers()
      .flatMap(({ metatype }) => (typeof metatype === 'function' ? this.routesOf(metatype) : []));
    if (found.length === 0) return;
    throw new Error(`nobody says who may call these, by @Role or @Open: ${found.join('; ')}`);
  }

  private routesOf(controller: Function): string[] {
    if (Reflect.hasMetadata(ACCESS, controller)) return [];
    const prototype = controller.prototype as Record<string, object>;
    return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name] as object;
      const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
      if (method === undefined || Reflect.hasMetadata(ACCESS, handler)) return [];
      const paths = [controller, handler].map((part) =>
        String(Reflect.getMetadata(PATH_METADATA, part)),
      );
      return [`${RequestMethod[method]} /${paths.join('/')} (${controller.name}.${name})`];
    });
  }
}
