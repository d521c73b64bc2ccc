import { HttpStatus } from '@nestjs/common';
import { ProblemException } from '#platform';

export const unknownSaga = (id: string): ProblemException =>
  new ProblemException(
    HttpStatus.NOT_FOUND,
    'No such saga',
    `There is no saga '${id}'. GET /admin/sagas?orderId=… finds the saga of an order.`,
  );
