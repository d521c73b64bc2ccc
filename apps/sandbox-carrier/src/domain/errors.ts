import { ProviderError } from '#sandbox';

export const carrierError = (status: number, code: string, message: string, extra: object = {}) =>
  new ProviderError(status, { code, message, ...extra });
