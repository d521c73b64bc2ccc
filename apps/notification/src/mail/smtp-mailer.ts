import { createTransport, type Transporter } from 'nodemailer';
import type { Mail } from '../domain/compose.js';
import type { Delivery, Mailer } from './mailer.js';

export interface SmtpOptions {
  readonly url: string;
  readonly from: string;
  readonly connections: number;
  readonly timeoutMs: number;
}

/** Replies of 500 and above are final (RFC 5321, 4.2.1), but these are about us, not the mail. */
const ABOUT_US = new Set([500, 501, 502, 503, 504, 530, 534, 535, 538]);

/** SMTP over a pool of kept connections: a greeting a mail would cost more than the mail. */
export class SmtpMailer implements Mailer {
  private readonly transport: Transporter;

  constructor(private readonly options: SmtpOptions) {
    const { url, connections, timeoutMs } = options;
    const { protocol, hostname, port, username, password } = new URL(url);
    this.transport = createTransport({
      pool: true,
      host: hostname,
      ...(port && { port: Number(port) }),
      secure: protocol === 'smtps:',
      ...(username && {
        auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
      }),
      maxConnections: connections,
      maxMessages: Infinity,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // What a template says is all there is: no files, no addresses to fetch from.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send({ to, subject, text, html, messageId, orderId }: Mail): Promise<Delivery> {
    try {
      await this.transport.sendMail({
        from: this.options.from,
        to: { name: '', address: to },
        subject,
        text,
        html,
        messageId,
        headers: { 'X-Order-Id': orderId },
      });
      return { kind: 'sent' };
    } catch (error) {
      const problem = finalProblem(error);
      if (problem === undefined) throw error;
      return { kind: 'refused', problem };
    }
  }

  close(): void {
    this.transport.close();
  }
}

function finalProblem(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { responseCode, code } = error as Error & { responseCode?: number; code?: string };
  const isFinal = responseCode !== undefined && responseCode >= 500 && !ABOUT_US.has(responseCode);
  // An envelope that nodemailer itself refuses never becomes a better one.
  const noAddress = code === 'EENVELOPE' && responseCode === undefined;
  return isFinal || noAddress ? error.message : undefined;
}
