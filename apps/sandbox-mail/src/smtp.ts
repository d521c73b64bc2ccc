/** The SMTP side: takes mail from anyone for anyone, and delivers none of it. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Mood } from '#sandbox';
import type { Mail } from './mailbox.js';
import { headerOf } from './mime.js';

const SIZE_LIMIT_BYTES = 1024 * 1024;
const CLOSE_WITHIN_MS = 500;

export interface SmtpParts {
  readonly mood: Mood;
  /** Keeps a mail; resolves with its number when it is in the journal. */
  readonly keep: (mail: Omit<Mail, 'n' | 'receivedAt'>) => Promise<number>;
  readonly onFault: (error: unknown) => void;
}

export interface SmtpListener {
  readonly port: number;
  stop(): Promise<void>;
}

/** An SMTP reply other than success; `smtp-server` sends `responseCode`. */
class SmtpRefusal extends Error {
  constructor(
    readonly responseCode: number,
    message: string,
  ) {
    super(message);
  }
}

const DOWN = new SmtpRefusal(421, 'the mail server is down (its mood was set so)');

type Callback = (error?: Error | null, message?: string) => void;

/** Calls back with the outcome of asynchronous work, once. */
const settle = (work: Promise<string | undefined>, callback: Callback, parts: SmtpParts): void => {
  work.then(
    (message) => callback(null, message),
    (error: unknown) => {
      if (error instanceof SmtpRefusal) return callback(error);
      parts.onFault(error);
      return callback(new SmtpRefusal(451, 'the mail could not be stored, try again later'));
    },
  );
};

const refuseWhenDown = (mood: Mood): Promise<undefined> =>
  mood.setting.mode === 'down' ? Promise.reject(DOWN) : Promise.resolve(undefined);

const receive = async (
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  { mood, keep }: SmtpParts,
): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  if (stream.sizeExceeded) throw new SmtpRefusal(552, `larger than ${SIZE_LIMIT_BYTES} bytes`);
  if (!(await mood.admits())) throw DOWN;
  const source = Buffer.concat(chunks).toString('latin1');
  const n = await keep({ ...addressesOf(session), ...(await headerOf(source)), source });
  return `kept as ${n}`;
};

const addressesOf = ({ envelope }: SMTPServerSession) => ({
  to: envelope.rcptTo.map(({ address }) => address),
  from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
});

export const listenSmtp = async (
  parts: SmtpParts,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<SmtpListener> => {
  const server = new SMTPServer({
    // Nothing here is worth a certificate, and a client that is offered TLS would insist on one.
    hideSTARTTLS: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: SIZE_LIMIT_BYTES,
    closeTimeout: CLOSE_WITHIN_MS,
    onConnect: (_session, done) => settle(refuseWhenDown(parts.mood), done, parts),
    // Clients keep their connections, so the mood is asked again with each mail.
    onData: (stream, session, done) => settle(receive(stream, session, parts), done, parts),
  });
  // A client that breaks off is its own business, and no fault of the server.
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') parts.onFault(error);
  });
  const listener = server.listen(port, host);
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
};
