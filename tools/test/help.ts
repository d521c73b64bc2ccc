import { SUITES } from './suites.js';

export const HELP = `Runs the tests; starts the Postgres and the Kafka that they need, and stops them.

  npm test                                      every suite, with the coverage that is asked for
  npm test -- unit contract                     these suites
  npm run test:e2e -- duplicates -t refund      one suite; what follows is for Jest

  suites           ${SUITES.join(', ')}
  --coverage       prints the coverage of part of the tests
  --help
  anything else    is handed to Jest: a part of a file's path, -t 'part of a name', …

Settings (environment):
  TEST_DATABASE_URL    a Postgres to use (URL of a superuser) instead of starting one
  TEST_KAFKA_BROKERS   a Kafka to use instead of starting one
  TEST_KAFKA           auto (default), container or local

The last line is 'N passed, N failed'; the exit status is 1 when anything failed.`;
