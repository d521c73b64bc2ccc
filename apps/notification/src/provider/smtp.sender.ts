/** Mail over SMTP with a few kept connections. */
import { createTransport, type Transporter } from 'nodemailer';
import type { HealthPart } from '#platform';
import { MailRefusedError, MailSender, type Mail } from './mail-sender.js';

export interface SmtpOptions {
  /** `smtp://[user:password@]host:port`, or `smtps://…` */
  readonly url: string;
  readonly from: string;
  /** Most connections; each carries one mail at a time. */
  readonly connections: number;
  /** How long connecting, greeting or one reply may take. */
  readonly timeoutMs: number;
}

/** What nodemailer tells of a failed mail. */
interface SmtpFailure {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
}

export class SmtpSender extends MailSender {
  private readonly transport: Transporter;
  private lastFailure: string | undefined;

  constructor(private readonly options: SmtpOptions) {
    super();
    const { url, connections, timeoutMs } = options;
    this.transport = createTransport({
      url,
      pool: true,
      maxConnections: connections,
      maxMessages: Infinity,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // A notice is text that we made; nothing in it may make the process read files or addresses.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send({ to, ...mail }: Mail): Promise<void> {
    try {
      // As an object an address is one address, whatever commas are in it.
      await this.transport.sendMail({
        ...mail,
        from: this.options.from,
        to: { name: '', address: to },
      });
      this.lastFailure = undefined;
    } catch (error) {
      const failure = error as SmtpFailure;
      const refusal = refusalOf(failure);
      if (refusal !== undefined) throw new MailRefusedError(refusal, failure.response ?? refusal);
      this.lastFailure = String(failure.responseCode ?? failure.code ?? 'unknown');
      throw new Error(`the mail server does not take mail now: ${this.lastFailure}`, {
        cause: error,
      });
    }
  }

  /** Never required: what cannot be sent now is kept and sent later. */
  get health(): HealthPart {
    return {
      name: 'mail',
      required: false,
      check: () =>
        this.lastFailure === undefined
          ? Promise.resolve(undefined)
          : Promise.reject(new Error(`the last mail was not taken: ${this.lastFailure}`)),
    };
  }

  /** As a Nest provider: by now those who use it have stopped. */
  onApplicationShutdown(): void {
    this.transport.close();
  }
}

/** Only what concerns this one mail: a sender that is not allowed concerns all, and can be mended. */
function refusalOf({ code, command, responseCode }: SmtpFailure): string | undefined {
  if (code === 'EENVELOPE' && responseCode === undefined) return 'invalid-address';
  const ofThisMail = command === 'RCPT TO' || command === 'DATA';
  if (!ofThisMail || responseCode === undefined || responseCode < 500) return undefined;
  return String(responseCode);
}
