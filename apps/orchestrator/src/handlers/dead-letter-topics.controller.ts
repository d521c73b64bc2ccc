import { Controller } from '@nestjs/common';
import { RawBatchHandler, type RawMessage, type UnitOfWork } from '#messaging';
import { deadLetterTopics, readDeadLetter } from '../domain/dead-letter.js';
import { storeDeadLetters } from '../persistence/dead-letter-rows.js';

/** Keeps the dead letters of all topics where people can look at them and decide. */
@Controller()
export class DeadLetterTopicsController {
  @RawBatchHandler(deadLetterTopics, 'orchestrator.dead-letters')
  onMessages(messages: readonly RawMessage[], { tx }: UnitOfWork): Promise<void> {
    return storeDeadLetters(tx, messages.map(readDeadLetter));
  }
}
