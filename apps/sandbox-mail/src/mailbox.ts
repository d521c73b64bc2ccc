/** Every mail the server accepted, in the order of arrival. */

/** What is known of a mail without reading its body. */
export interface Envelope {
  /** 1, 2, 3 … in the order of arrival. */
  readonly n: number;
  /** The envelope's recipients: who really gets it. */
  readonly to: readonly string[];
  readonly from: string;
  readonly subject: string;
  /** With its angle brackets, as in the header; empty when the mail has none. */
  readonly messageId: string;
  /** Header `X-Order-Id`. */
  readonly orderId: string | null;
  /** Header `X-Notice`: which of the shop's mails it is; absent in journals of before. */
  readonly notice?: string | null;
  readonly receivedAt: string;
}

export interface Mail extends Envelope {
  /** The mail as it came, one character a byte (latin1). */
  readonly source: string;
}

export interface MailFilter {
  readonly to?: string | undefined;
  readonly orderId?: string | undefined;
}

export class Mailbox {
  readonly all: Mail[] = [];
  readonly #byOrder = new Map<string, Mail[]>();
  readonly #byRecipient = new Map<string, Mail[]>();

  add(mail: Mail): void {
    this.all.push(mail);
    if (mail.orderId !== null) file(this.#byOrder, mail.orderId, mail);
    for (const recipient of mail.to) file(this.#byRecipient, recipient.toLowerCase(), mail);
  }

  get(n: number): Mail | undefined {
    return this.all[n - 1];
  }

  find({ to, orderId }: MailFilter): readonly Mail[] {
    const ofOrder = orderId === undefined ? undefined : (this.#byOrder.get(orderId) ?? []);
    if (to === undefined) return ofOrder ?? this.all;
    const ofRecipient = this.#byRecipient.get(to.toLowerCase()) ?? [];
    return ofOrder === undefined
      ? ofRecipient
      : ofRecipient.filter((mail) => mail.orderId === orderId);
  }
}

const file = (index: Map<string, Mail[]>, key: string, mail: Mail): void => {
  const mails = index.get(key);
  if (mails === undefined) index.set(key, [mail]);
  else mails.push(mail);
};
