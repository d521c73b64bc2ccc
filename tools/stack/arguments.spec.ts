import { describe, expect, it } from '@jest/globals';
import { parseArguments } from './arguments.js';

describe('arguments of the stack', () => {
  it('starts in the background unless told otherwise', () => {
    expect(parseArguments(['up'])).toEqual({ command: 'up', detached: true, only: undefined });
    expect(parseArguments(['up', '--foreground'])).toMatchObject({ detached: false });
  });

  it('takes a part of the services, by short names too', () => {
    const only = ['order', 'sandbox-mail'];
    expect(parseArguments(['up', '--only', 'order,mail'])).toMatchObject({ only });
    expect(parseArguments(['up', '--only=order,sandbox-mail'])).toMatchObject({ only });
  });

  it('prefers the service where a sandbox has the same short name', () => {
    expect(parseArguments(['up', '--only', 'payment'])).toMatchObject({ only: ['payment'] });
  });

  it('reads logs, tail and help', () => {
    expect(parseArguments(['logs', 'order', 'mail', '-f', '-n', '5'])).toEqual({
      command: 'logs',
      names: ['order', 'mail'],
      follow: true,
      lines: 5,
    });
    expect(parseArguments(['tail', 'order.events', '--from-beginning'])).toEqual({
      command: 'tail',
      topic: 'order.events',
      fromBeginning: true,
    });
    expect(parseArguments([])).toEqual({ command: 'help' });
    expect(parseArguments(['up', '--help'])).toEqual({ command: 'help' });
  });

  it.each([
    [['start'], 'no command "start"'],
    [['up', '--only', 'nobody'], 'no service "nobody"'],
    [['up', '--only'], '--only wants a value'],
    [['logs', '-n', 'many'], '-n wants a number'],
    [['tail'], 'tail wants a topic'],
    [['down', 'now'], '"now" is not understood'],
  ])('says what it does not know: %j', (args, message) => {
    expect(() => parseArguments(args)).toThrow(message);
  });
});
