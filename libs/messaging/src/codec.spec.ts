import { describe, expect, test } from '@jest/globals';
import { Kafka as CloudEventsKafka, type CloudEventV1 } from 'cloudevents';
import fc from 'fast-check';
import { decode, encode } from './codec.js';
import { EventTooLargeError } from './errors.js';
import { anEvent, fetched } from './fixtures/events.js';

const full = anEvent({
  correlationid: 'saga-1',
  causationid: 'command-1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  extensions: { issuedon: '2026-11-01', resend: '0' },
});

describe('the codec', () => {
  test('loses nothing between encoding and decoding', () => {
    const decoded = decode(fetched(full, '42', 3));

    const { partition: _none, ...sent } = full;
    expect(decoded).toEqual({
      event: expect.objectContaining({ ...sent, partition: 3, offset: '42' }) as unknown,
    });
  });

  test('carries every text in every attribute and in the data', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(text, text, text, fc.jsonValue(), (id, subject, correlationid, data) => {
        const decoded = decode(fetched(anEvent({ id, subject, correlationid, data })));
        expect('event' in decoded && decoded.event).toMatchObject({ id, subject, correlationid });
        expect('event' in decoded && decoded.event.data).toEqual(JSON.parse(JSON.stringify(data)));
      }),
    );
  });

  test('speaks what the CloudEvents SDK understands', () => {
    const { headers, value } = encode(full);

    const message = { headers, value, body: value };
    const read = CloudEventsKafka.toEvent(message) as CloudEventV1<unknown>;

    expect(read).toMatchObject({
      specversion: '1.0',
      id: full.id,
      source: full.source,
      type: full.type,
      subject: full.subject,
      time: full.time,
      correlationid: 'saga-1',
      causationid: 'command-1',
      issuedon: '2026-11-01',
      resend: '0',
    });
    expect(read.data).toEqual(full.data);
  });

  test('understands what the CloudEvents SDK speaks', async () => {
    const { CloudEvent } = await import('cloudevents');
    const event = new CloudEvent({
      id: 'sdk-1',
      source: '/sdk',
      type: 'com.example.thing.happened',
      data: { a: [1, 2] },
      datacontenttype: 'application/json',
      resend: '3',
    });
    const { headers, value } = CloudEventsKafka.binary(event);

    const decoded = decode({
      topic: 't',
      partition: 0,
      offset: '0',
      timestamp: '0',
      key: null,
      value: Buffer.from(JSON.stringify(value)),
      headers,
    });

    expect(decoded).toMatchObject({
      event: { id: 'sdk-1', source: '/sdk', data: { a: [1, 2] }, extensions: { resend: '3' } },
    });
  });

  test.each([
    ['not-a-cloud-event', { headers: {} }],
    ['not-a-cloud-event', { headers: undefined }],
    ['unknown-specversion', { headers: { ...encode(full).headers, ce_specversion: '2.0' } }],
    ['no-data', { value: null }],
    ['invalid-json', { value: Buffer.from('{"a":') }],
    ['invalid-json', { value: Buffer.from([0xff, 0xfe, 0x00]) }],
    ['too-deep', { value: Buffer.from('['.repeat(50_000) + ']'.repeat(50_000)) }],
  ])('says %s instead of throwing', (code, broken) => {
    expect(decode({ ...fetched(full), ...broken })).toMatchObject({ undecodable: { code } });
  });

  test('takes a header that is null for one that is not there', () => {
    const { headers } = encode(full);
    const nulls = { ...headers, ce_subject: null, ce_resend: ['1', null], other: null, none: [] };
    expect(decode({ ...fetched(full), headers: nulls })).toMatchObject({
      event: { id: full.id, subject: full.key, extensions: { issuedon: '2026-11-01' } },
    });
    expect(decode({ ...fetched(full), headers: { ...headers, ce_id: null } })).toMatchObject({
      undecodable: { code: 'not-a-cloud-event' },
    });
  });

  test('says what is wrong with any message there can be, instead of throwing', () => {
    const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));
    const one = fc.oneof(fc.string({ maxLength: 20 }), bytes, fc.constant(null));
    const name = fc.oneof(fc.constantFrom(...Object.keys(encode(full).headers)), fc.string());
    const header = fc.oneof(one, fc.array(one, { maxLength: 3 }), fc.constant(undefined));
    const nullable = fc.option(bytes, { nil: null });
    fc.assert(
      fc.property(
        fc.dictionary(name, header),
        nullable,
        nullable,
        fc.string(),
        (some, key, value, timestamp) => {
          const headers = { ...encode(full).headers, ...some };
          for (const raw of [some, headers]) {
            const decoded = decode({ ...fetched(full), headers: raw, key, value, timestamp });
            expect('event' in decoded || decoded.undecodable.code.length > 0).toBe(true);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('carries on no trace that would make each consequence as long as itself', () => {
    const decoded = decode(fetched(anEvent({ traceparent: 'x'.repeat(800_000) })));
    expect('event' in decoded && decoded.event).not.toHaveProperty('traceparent');
  });

  test('refuses what the broker would refuse, before it is in the outbox', () => {
    const event = anEvent({ data: 'x'.repeat(1_000_000) });
    expect(() => encode(event)).toThrow(EventTooLargeError);
  });

  test.each([
    [{ id: '' }],
    [{ data: undefined }],
    [{ extensions: { 'Bad-Name': 'x' } }],
    [{ extensions: { type: 'overwritten' } }],
  ])('refuses what is no CloudEvent: %j', (wrong) => {
    expect(() => encode(anEvent(wrong))).toThrow(TypeError);
  });
});
