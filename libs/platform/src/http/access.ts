/**
 * Who may do what. Callers show a key in the header `X-API-Key`; each route says which role it takes,
 * and a service whose routes do not all say so does not start. Keys are read anew for each request, by
 * their id: one that is revoked is refused by every replica from then on.
 */
import {
  applyDecorators,
  createParamDecorator,
  Inject,
  Injectable,
  Module,
  SetMetadata,
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
  type FactoryProvider,
  type ModuleMetadata,
} from '@nestjs/common';
import { APP_GUARD, DiscoveryModule, Reflector } from '@nestjs/core';
import { ApiExtension } from '@nestjs/swagger';
import { holderOf, NeedsKey, tooLittle, type KeyDoor, type KeyRequest } from './key-door.js';
import { ACCESS, UndeclaredRoutes } from './undeclared-routes.js';

/** Each may do what those before it may. */
export const accessRoles = ['reader', 'operator', 'approver'] as const;
export type AccessRole = (typeof accessRoles)[number];

/** Whose request it is. */
export interface Caller {
  readonly keyId: string;
  /** A person or a program, as whoever made the key calls them. */
  readonly owner: string;
  readonly role: AccessRole;
}

export interface KeptAccess extends Caller {
  /** SHA-256 of the key, hex. */
  readonly hash: string;
}

/** The other values are roles. */
const OPEN = 'open';

/** Of a handler, or of a controller for all handlers that do not say it themselves. */
export const Role = (role: AccessRole): ClassDecorator & MethodDecorator =>
  applyDecorators(
    SetMetadata(ACCESS, role),
    NeedsKey(`The key is of too little a role: this needs \`${role}\`.`),
    ApiExtension('x-role', role),
  );

/** For everybody, without a key. */
export const Open = (): ClassDecorator & MethodDecorator => SetMetadata(ACCESS, OPEN);

export const isOpen = (reflector: Reflector, context: ExecutionContext): boolean =>
  declared(reflector, context) === OPEN;

const declared = (reflector: Reflector, context: ExecutionContext): string | undefined =>
  reflector.getAllAndOverride<string | undefined>(ACCESS, [
    context.getHandler(),
    context.getClass(),
  ]);

const callers = new WeakMap<object, Caller>();

/** A parameter of a handler that has a role: the `Caller`. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callers.get(context.switchToHttp().getRequest<object>());
  if (caller) return caller;
  throw new Error(`${context.getClass().name}.${context.getHandler().name} has no role`);
});

export type AccessDoor = KeyDoor<KeptAccess>;
const DOOR = Symbol('access door');

/** Lets in who has a key of at least the route's role. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(DOOR) private readonly door: AccessDoor,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const wanted = declared(this.reflector, context);
    if (wanted === OPEN) return true;
    const needed = accessRoles.find((role) => role === wanted);
    if (needed === undefined) throw new Error(`${context.getHandler().name} has no role`);
    const request = context.switchToHttp().getRequest<KeyRequest>();
    const { keyId, owner, role } = await holderOf(request, this.door);
    if (accessRoles.indexOf(role) < accessRoles.indexOf(needed)) {
      throw tooLittle(this.door, { keyId, owner, role }, needed);
    }
    callers.set(request, { keyId, owner, role });
    return true;
  }
}

/** Makes every route of the application ask for a key, but for those that are `@Open()`. */
@Module({})
export class AccessModule {
  static forRoot(door: {
    readonly imports?: ModuleMetadata['imports'];
    readonly inject: FactoryProvider['inject'];
    readonly useFactory: (...parts: never[]) => AccessDoor;
  }): DynamicModule {
    return {
      module: AccessModule,
      imports: [DiscoveryModule, ...(door.imports ?? [])],
      providers: [
        { provide: DOOR, inject: door.inject ?? [], useFactory: door.useFactory },
        { provide: APP_GUARD, useClass: AccessGuard },
        UndeclaredRoutes,
      ],
    };
  }
}
