/** The mail server, as the notification service sees it. */
import type { Mail } from '../domain/compose.js';

/** Accepted by the server, or refused for good (no such mailbox). */
export type Delivery =
  { readonly kind: 'sent' } | { readonly kind: 'refused'; readonly problem: string };

export interface Mailer {
  /** @throws Error when the server is away or says "later": try again */
  send(mail: Mail): Promise<Delivery>;
  close(): void;
}
