/** A mail server: takes mail by SMTP, shows it by HTTP, delivers nothing. */
import {
  Journal,
  Mood,
  ProviderError,
  createSandboxApp,
  journalFile,
  listen,
  pageOf,
  pageQuery,
  shownAs,
  type PageTable,
  type Sandbox,
  type SandboxListening,
} from '#sandbox';
import { z } from 'zod';
import { Mailbox, type Mail } from './mailbox.js';
import { envelopeOf, withText } from './mime.js';
import { listenSmtp } from './smtp.js';

export interface SandboxMailOptions extends SandboxListening {
  /** 0 picks a free one. */
  readonly smtpPort?: number;
  readonly now?: () => number;
}

export interface SandboxMail extends Sandbox {
  /** `smtp://host:port` */
  readonly smtpUrl: string;
}

const PAGE_ROWS = 50;

export const createSandboxMail = async (options: SandboxMailOptions = {}): Promise<SandboxMail> => {
  const { host = '127.0.0.1', onFault = () => undefined, now = Date.now } = options;
  const mailbox = new Mailbox();
  const journal = await Journal.open<Mail>({
    file: journalFile(options.dataDir, 'mail'),
    replay: (mail) => mailbox.add(mail),
  });
  const mood = new Mood();
  const smtp = await listenSmtp(
    {
      mood,
      onFault,
      keep: async (content) => {
        const receivedAt = new Date(now()).toISOString();
        const mail = { n: mailbox.all.length + 1, ...content, receivedAt };
        journal.append([mail]);
        mailbox.add(mail);
        await journal.written();
        return mail.n;
      },
    },
    { port: options.smtpPort ?? 0, host },
  );
  const app = createApp({ mailbox, mood, journal, onFault });
  const sandbox = await listen(app, { mood, journal }, options).catch(async (error: unknown) => {
    await smtp.stop();
    throw error;
  });
  return {
    ...sandbox,
    smtpUrl: `smtp://${host}:${smtp.port}`,
    stop: async () => {
      await smtp.stop();
      await sandbox.stop();
    },
  };
};

const messagesQuery = pageQuery.extend({
  to: z.string().optional(),
  orderId: z.string().optional(),
});
const numberParameter = z.object({ n: z.coerce.number().int().min(1) });

const errorBody = (status: number, message: string) => ({ status, message });

interface Parts {
  readonly mailbox: Mailbox;
  readonly mood: Mood;
  readonly journal: Journal<Mail>;
  readonly onFault: (error: unknown) => void;
}

const createApp = ({ mailbox, mood, journal, onFault }: Parts) => {
  const app = createSandboxApp({
    title: 'Mail server (sandbox)',
    mood,
    journal,
    books: shownAs(mailbox.all, envelopeOf),
    table: () => tableOf(mailbox.all),
    errorBody,
    onFault,
  });
  // What was received stays readable in every mood: reading it is not the mail server's work.
  app.get('/messages', async (request) => {
    const { to, orderId, ...page } = messagesQuery.parse(request.query);
    const { items, ...next } = pageOf(mailbox.find({ to, orderId }), page);
    return { items: await Promise.all(items.map(withText)), ...next };
  });
  app.get('/messages/:n', (request) => {
    const { n } = numberParameter.parse(request.params);
    const mail = mailbox.get(n);
    if (mail === undefined) throw new ProviderError(404, errorBody(404, `no message ${n}`));
    return withText(mail);
  });
  return app;
};

const tableOf = (all: readonly Mail[]): PageTable => ({
  columns: ['n', 'to', 'notice', 'subject', 'order', 'received'],
  total: all.length,
  rows: all
    .slice(-PAGE_ROWS)
    .reverse()
    .map((mail) => [
      String(mail.n),
      mail.to.join(', '),
      mail.notice ?? '',
      mail.subject,
      mail.orderId ?? '',
      mail.receivedAt,
    ]),
});
