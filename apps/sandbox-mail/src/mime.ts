/**
 * Reading a mail. On arrival only its header is parsed (35 µs); the body is when somebody asks for
 * it, because parsing the whole of a short mail takes 450 µs of CPU.
 */
import PostalMime from 'postal-mime';
import type { Envelope, Mail } from './mailbox.js';

export const headerOf = async (
  source: string,
): Promise<Pick<Envelope, 'subject' | 'messageId' | 'orderId' | 'notice'>> => {
  const end = source.search(/\r?\n\r?\n/);
  const email = await PostalMime.parse(bytes(end < 0 ? source : source.slice(0, end)));
  const header = (name: string) => email.headers.find(({ key }) => key === name)?.value ?? null;
  return {
    subject: email.subject ?? '',
    messageId: email.messageId ?? '',
    orderId: header('x-order-id'),
    notice: header('x-notice'),
  };
};

export const envelopeOf = ({ source: _source, ...envelope }: Mail): Envelope => envelope;

export interface ReadMail extends Envelope {
  readonly text: string;
  /** Absent when the mail is text alone. */
  readonly html?: string;
}

export const withText = async (mail: Mail): Promise<ReadMail> => {
  const { text, html } = await PostalMime.parse(bytes(mail.source));
  return { ...envelopeOf(mail), text: text ?? '', ...(html !== undefined && { html }) };
};

const bytes = (source: string): Buffer => Buffer.from(source, 'latin1');
