import { describe, expect, it } from '@jest/globals';
import { isTopicChanging } from './topics.js';

const answer = (type: string): Error => Object.assign(new Error('as kafkajs has it'), { type });

describe('an answer about a topic', () => {
  it.each(['UNKNOWN_TOPIC_OR_PARTITION', 'NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE'])(
    'may be another one in a moment, also as the cause of an error: %s',
    (type) => {
      expect(isTopicChanging(answer(type))).toBe(true);
      const retried = new Error('tried again in vain', { cause: answer(type) });
      expect(isTopicChanging(new Error('outside', { cause: retried }))).toBe(true);
    },
  );

  it.each([answer('TOPIC_AUTHORIZATION_FAILED'), new Error('x'), 'NOT_LEADER_FOR_PARTITION', null])(
    'stays as it is: %s',
    (error) => expect(isTopicChanging(error)).toBe(false),
  );
});
