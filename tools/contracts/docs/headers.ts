/** The Kafka headers of every message: CloudEvents 1.0, binary mode, as libs/messaging writes them. */
import type { Kind } from '../declared.js';

const text = (description: string, more: object = {}) => ({ type: 'string', description, ...more });
const time = (description: string) => text(description, { format: 'date-time' });

const base = {
  ce_specversion: text('CloudEvents version.', { const: '1.0' }),
  ce_id: text('With the source it identifies the message, also when it is sent again.'),
  ce_source: text('The service that sends it.'),
  ce_type: text('What has happened, or is to be done.'),
  ce_subject: text('Whom it concerns; by default the key.'),
  ce_time: time('RFC 3339, UTC.'),
  ce_correlationid: text('The saga.'),
  ce_causationid: text('The id of the message that led to it.'),
  ce_chain: text('Through which messages it came about, against loops.'),
  traceparent: text('W3C trace context.'),
  ce_redrive: text('Counts how often a person has sent it again out of the dead letters.', {
    pattern: '^[0-9]+$',
  }),
  ce_redriveof: text('The dead letter that it was sent again from.', { format: 'uuid' }),
  'content-type': text('Of the value.', { const: 'application/json' }),
};

const ofCommands = {
  ce_issuedon: text('The day it was first sent: with the id, the key of the barrier.', {
    format: 'date',
  }),
  ce_notafter: time('Later it is refused.'),
  ce_resend: text('Counts how often it was sent again.', { pattern: '^[0-9]+$' }),
  ce_undoes: text('Of a compensation: the id of the command that it undoes.'),
  ce_undoesissuedon: text('The day of that command.', { format: 'date' }),
};

const schema = (description: string, properties: object, required: readonly string[]) => ({
  ...{ type: 'object', description, properties, required },
});

const NEEDED = ['ce_specversion', 'ce_id', 'ce_source', 'ce_type'];

export const headerSchemas = {
  headers: schema('Of every message.', base, NEEDED),
  'command-headers': schema('Of commands.', { ...base, ...ofCommands }, [
    ...NEEDED,
    'ce_correlationid',
    'ce_issuedon',
    'ce_notafter',
  ]),
};

export const headersFor = (kind: Kind, type: string) => ({
  allOf: [
    { $ref: `#/components/schemas/${kind === 'command' ? 'command-headers' : 'headers'}` },
    { type: 'object', properties: { ce_type: { const: type } } },
  ],
});
