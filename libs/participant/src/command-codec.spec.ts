import { describe, expect, it } from '@jest/globals';
import { readCommand } from './command-codec.js';
import { ORDER, TODAY, arrived, contracts, sent } from './spec/commands.js';

describe('readCommand', () => {
  it('reads address, payload and what it undoes', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const event = { ...sent({ id: 'u', undoes: 'f', undoesIssuedOn: '2026-03-14' }), traceparent };
    expect(readCommand(event, contracts)).toEqual({
      kind: 'command',
      arrival: 'sent',
      command: {
        address: {
          commandId: 'u',
          issuedOn: TODAY,
          sagaId: 'saga',
          businessKey: ORDER,
          traceparent,
          chain: `1 1*${event.type}`,
        },
        name: 'inventory.release-stock',
        payload: { orderId: ORDER },
        undoes: { commandId: 'f', issuedOn: '2026-03-14' },
        notAfter: new Date(`${TODAY}T23:59:59Z`),
        event,
      },
    });
    expect(arrived({ redrive: '2' }).arrival).toBe('redriven');
    expect(arrived({ redrive: '2' }, true).arrival).toBe('retried');
  });

  it.each([
    ['no day', { issuedon: '' }],
    ['a day that is none', { issuedon: '2026-02-30' }],
    ['a time of day', { issuedon: '2026-02-03T00:00:00Z' }],
    ['no end', { notafter: '' }],
    ['an end that is none', { notafter: 'tomorrow' }],
    ['half a compensation', { undoes: 'x' }],
    ['the other half', { undoesissuedon: TODAY }],
    ['a compensation of nothing', { undoes: '', undoesissuedon: TODAY }],
  ])('cannot read %s', (_, broken) => {
    const event = sent();
    const read = readCommand(
      { ...event, extensions: { ...event.extensions, ...broken } },
      contracts,
    );
    expect(read).toMatchObject({ kind: 'unreadable', to: { commandId: event.id } });
  });

  it.each([
    [{ id: '' }, 'there is no id'],
    [{ id: 'a\u0000b' }, 'id holds control characters'],
    [{ id: 'x'.repeat(201) }, 'id has 201 characters, at most 200 are allowed'],
    [{ correlationid: 'x'.repeat(900_000) }, 'correlationid has 900000 characters, at most 64'],
    [{ key: '' }, 'there is no key'],
    [{ key: 'x'.repeat(201) }, 'key has 201 characters, at most 200 are allowed'],
  ])('has nobody to answer where an answer could not name it, case %#', (broken, message) => {
    const read = readCommand({ ...sent(), ...broken }, contracts);
    expect(read).toMatchObject({ kind: 'unreadable', reason: { code: 'unreadable-command' } });
    expect(read).toHaveProperty('reason.message', expect.stringContaining(message));
    expect(read).not.toHaveProperty('to');
  });

  it('names the fields of a payload that do not fit, and not their values', () => {
    const read = arrived({ data: { orderId: 'secret', items: [] } });
    expect(read.fault?.code).toBe('invalid-payload');
    expect(read.fault?.message).toContain('orderId');
    expect(read.fault?.message).toContain('items');
    expect(read.fault?.message).not.toContain('secret');
  });
});
