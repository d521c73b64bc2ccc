/** Against a server that answers as told, line by line. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { MailRefusedError } from './mail-sender.js';
import { SmtpSender } from './smtp.sender.js';

type Replies = Readonly<Record<string, string>>;

const USUAL: Replies = {
  EHLO: '250 hello',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  '.': '250 taken',
  RSET: '250 ok',
  QUIT: '221 bye',
};

let server: Server | undefined;
let sender: SmtpSender | undefined;
afterEach(async () => {
  sender?.onApplicationShutdown();
  await new Promise((resolve) => server?.close(resolve));
});

async function against(replies: Replies): Promise<SmtpSender> {
  const said = { ...USUAL, ...replies };
  server = createServer((socket) => {
    socket.write('220 test\r\n');
    socket.setEncoding('utf8');
    let inData = false;
    let rest = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (inData && line !== '.') continue;
        const verb = line.slice(0, 4).trim().toUpperCase();
        socket.write(`${said[verb] ?? '500 what'}\r\n`);
        inData = verb === 'DATA' && said[verb]?.startsWith('354') === true;
      }
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `smtp://127.0.0.1:${port}`;
  sender = new SmtpSender({ url, from: 'shop@example.com', connections: 1, timeoutMs: 500 });
  return sender;
}

const mail = {
  to: 'kim@example.com',
  subject: 's',
  text: 't',
  html: '<p>t</p>',
  messageId: '<m@example.com>',
  headers: {},
};

describe('handing a mail over', () => {
  it('ends when the mail server has taken it', async () => {
    await expect((await against({})).send(mail)).resolves.toBeUndefined();
  });

  it.each([
    ['the recipient', { RCPT: '550 no such user' }, '550'],
    ['the content', { '.': '554 not wanted' }, '554'],
  ])('is given up when %s is refused for good', async (_, replies, code) => {
    const error = await (await against(replies)).send(mail).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MailRefusedError);
    expect(error).toMatchObject({ code });
  });

  it('keeps what the mail server said, for those who look after it', async () => {
    const smtp = await against({ RCPT: '550 5.1.1 no such user' });
    await expect(smtp.send(mail)).rejects.toThrow('550 5.1.1 no such user');
  });

  it('is given up when there is no address', async () => {
    const error = (await against({})).send({ ...mail, to: '' });
    await expect(error).rejects.toMatchObject({
      name: 'MailRefusedError',
      code: 'invalid-address',
    });
  });

  it.each([
    ['the server is busy', { MAIL: '421 later' }],
    ['the mailbox is busy', { RCPT: '450 later' }],
    ['the server cannot store it', { '.': '451 later' }],
    ['our own address is not allowed, which can be mended', { MAIL: '550 not from there' }],
  ])('may be tried again when %s', async (_, replies) => {
    const smtp = await against(replies);
    const error = await smtp.send(mail).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(MailRefusedError);
    await expect(smtp.health.check()).rejects.toThrow();
  });

  it('may be tried again when nobody is there, or says nothing', async () => {
    const smtp = await against({ EHLO: '' });
    await expect(smtp.send(mail)).rejects.not.toBeInstanceOf(MailRefusedError);
  });
});
