/** The pages that show what customers are sent. Plain HTML: what they show must not run anything. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => ENTITIES[one] ?? one);

/** Nothing but styles: no script, no picture, no form, in no other page's frame. */
export const PREVIEW_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { border-bottom: 1px solid #8884; padding: .3rem .6rem; text-align: left; }
  iframe { border: 1px solid #8884; width: 100%; height: 32rem; background: #fff; }
  pre { border: 1px solid #8884; padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
  :root { color-scheme: light dark; }`;

const page = (title: string, content: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<h1>${escaped(title)}</h1>
${content}
</html>
`;

export interface ListedNotice {
  readonly template: string;
  readonly channels: readonly string[];
}

export const listPage = (notices: readonly ListedNotice[], languages: readonly string[]): string =>
  page(
    'Notices',
    `<table><tr><th>template</th>${languages.map((one) => `<th>${escaped(one)}</th>`).join('')}</tr>
${notices.map((notice) => row(notice, languages)).join('\n')}</table>`,
  );

const row = ({ template, channels }: ListedNotice, languages: readonly string[]): string => {
  const cells = languages.map((language) => {
    const address = `/notices/preview/${encodeURIComponent(language)}/${template}`;
    return `<td><a href="${address}">${escaped(channels.join(', '))}</a></td>`;
  });
  return `<tr><th>${escaped(template)}</th>${cells.join('')}</tr>`;
};

export interface ShownNotice {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly sms?: string | undefined;
}

export const noticePage = (title: string, { subject, html, text, sms }: ShownNotice): string =>
  page(
    title,
    `<p><a href="/notices/preview">All notices</a></p>
<h2>Subject</h2>
<pre>${escaped(subject)}</pre>
<h2>HTML</h2>
<iframe sandbox title="The mail" srcdoc="${escaped(html)}"></iframe>
<h2>Text</h2>
<pre>${escaped(text)}</pre>
${sms === undefined ? '' : `<h2>SMS</h2>\n<pre>${escaped(sms)}</pre>`}`,
  );
