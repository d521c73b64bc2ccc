/**
 * Reading a mail. On arrival only its header is parsed (35 µs); the body is when somebody asks for
 * it, because parsing the whole of a short mail takes 450 µs of CPU.
 */
import PostalMime from 'postal-mime';
import type { Envelope, Mail } from './mailbox.js';

export const headerOf = async (
  source: string,
): Promise<Pick<Envelope, 'subject' | 'messageId' | 'orderId'>> => {
  const end = source.search(/\r?\n\r?\n/);
  const email = await PostalMime.parse(bytes(end < 0 ? source : source.slice(0, end)));
  return {
    subject: email.subject ?? '',
    messageId: email.messageId ?? '',
    orderId: email.headers.find(({ key }) => key === 'x-order-id')?.value ?? null,
  };
};

export const envelopeOf = ({ source: _source, ...envelope }: Mail): Envelope => envelope;

/** The mail with its plain text. */
export const withText = async (mail: Mail): Promise<Envelope & { readonly text: string }> => {
  const { text } = await PostalMime.parse(bytes(mail.source));
  return { ...envelopeOf(mail), text: text ?? '' };
};

const bytes = (source: string): Buffer => Buffer.from(source, 'latin1');
