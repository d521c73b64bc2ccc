/** What is refused here is refused for good, and for what it is: trying again changes nothing. */
export class RefusedError extends Error {
  override readonly name: string = 'RefusedError';

  /** @param code the provider's code, or what is wrong with the recipient */
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
