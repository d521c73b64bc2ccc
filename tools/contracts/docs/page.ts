/** The contracts as one page to read: no scripts or styles from elsewhere. Pure. */
import { rowsOf, type Row } from '../rows.js';
import type { TopicSpec } from '#contracts';
import { isReplay, messagesOf, participantsOf, type Documented } from './asyncapi.js';
import type { Entry } from './catalogue.js';
import { SCRIPT, STYLE } from './page-assets.js';
import { readersOf, RETELLER, sendersOf } from './services.js';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
const code = (text: string): string => `<code>${escaped(text)}</code>`;
/** A comment's text, with what stands in backticks as code. */
const prose = (text: string): string => escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
const codes = (texts: readonly string[]): string => texts.map(code).join(', ');

export function pageOf(documented: Documented): string {
  const { entries, topics, handled, version } = documented;
  const people = (entry: Entry): readonly string[] => [
    ...sendersOf(entry, participantsOf(entries)),
    ...readersOf(entry.topic, handled),
  ];
  const services = [...new Set([...entries.flatMap(people), ...handled.keys()])].toSorted();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Contracts</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#messages">To the messages</a>
<header>
<h1>Contracts</h1>
<p>Version ${escaped(version)}. Every message between the services: CloudEvents 1.0 over Kafka, JSON.
The same for programs: <a href="asyncapi.json">asyncapi.json</a> (AsyncAPI 3.0). What may change in them, and how:
<a href="../CONTRACTS.md">CONTRACTS.md</a>.</p>
<form role="search">
<label>Search <input type="search" id="search" placeholder="name, field or text ( / )" autocomplete="off"></label>
<label>Service ${select('service', services)}</label>
<label>Topic ${select('topic', Object.keys(topics))}</label>
<output id="count" aria-live="polite"></output>
</form>
</header>
<main id="messages">
${Object.entries(topics)
  .map(([topic, spec]) => topicPart(topic, spec, documented, people))
  .join('\n')}
<p id="none" hidden>Nothing is called like that.</p>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

const select = (id: string, options: readonly string[]): string =>
  `<select id="${id}"><option value="">all</option>${options
    .map((option) => `<option>${escaped(option)}</option>`)
    .join('')}</select>`;

const DAY_MS = 86_400_000;

function topicPart(
  topic: string,
  spec: TopicSpec,
  { entries, handled }: Documented,
  people: (entry: Entry) => readonly string[],
): string {
  const readers = readersOf(topic, handled);
  const kept = spec.compacted
    ? 'the latest of each key for good'
    : `${spec.retentionMs / DAY_MS} days`;
  const isRetold = isReplay(topic);
  const messages = isRetold ? [] : messagesOf(topic, entries);
  return `<section data-topic="${escaped(topic)}" data-services="${escaped(readers.join(' '))}">
<h2 id="${escaped(topic)}">${escaped(topic)}</h2>
<p>Keyed by ${escaped(spec.key)}; ${spec.partitions} partition${spec.partitions === 1 ? '' : 's'}, kept ${kept}. \
Read by ${readers.length > 0 ? codes(readers) : 'nobody here'}.${isRetold ? ` Each fact may be told again here, by ${code(RETELLER)}.` : ''}</p>
${messages.map((entry) => messagePart(entry, people(entry), sendersOf(entry, participantsOf(entries)))).join('\n')}
</section>`;
}

function messagePart(entry: Entry, people: readonly string[], senders: readonly string[]): string {
  const {
    name,
    version,
    kind,
    type,
    payload,
    summary,
    example,
    replies = [],
    answers = [],
  } = entry;
  const facts = [
    `Type ${code(type)}`,
    `sent by ${codes(senders)}`,
    ...(replies.length > 0 ? [`answered by ${replies.map(link).join(', ')}`] : []),
    ...(answers.length > 0 ? [`answers ${answers.map(link).join(', ')}`] : []),
  ];
  return `<details id="${escaped(name)}" data-services="${escaped([...new Set(people)].join(' '))}">
<summary><b>${escaped(name)}</b> <small>v${version} ${kind}</small>${
    summary === undefined ? '' : ` <span>${prose(summary)}</span>`
  }</summary>
<p>${facts.join('; ')}.</p>
${table(rowsOf(payload, 'data').slice(1))}
${example === undefined ? '' : `<pre tabindex="0" aria-label="Example">${escaped(JSON.stringify(example, null, 2))}</pre>`}
</details>`;
}

const link = (name: string): string => `<a href="#${escaped(name)}">${escaped(name)}</a>`;

function table(rows: readonly Row[]): string {
  if (rows.length === 0) return '<p>No fields.</p>';
  const lines = rows.map(({ path, type, limits, required }) => {
    const field = path.replace(/^data\.?/, '');
    const cells = [
      code(field),
      escaped(type),
      limits === '' ? '' : code(limits),
      required ? 'yes' : '',
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}`).join('')}`;
  });
  return `<div class="wide"><table><thead><tr><th scope="col">Field<th scope="col">Type<th scope="col">Limits\
<th scope="col">Required<tbody>${lines.join('\n')}</table></div>`;
}
