export const help = `The whole system on this machine.

  npm start                          start everything here; Ctrl-C stops it
  npm run stack -- up                start everything in the background
      --only order,inventory,mail    only these, with Postgres and Kafka
      --foreground                   as npm start
  npm run stack -- status            what runs, where, and how it is
  npm run stack -- logs [name…]      the last lines of the logs
      -f                             and what comes after them
      -n 200                         that many lines
  npm run stack -- topics            topics with their messages, groups with their lag
  npm run stack -- tail <topic>      messages as they come
      --from-beginning               and those already there
  npm run stack -- selftest          a message there and back, and the health of everything
  npm run stack -- down              stop everything; the data stays
  npm run stack -- reset             stop everything and delete the data

Settings (environment):
  DATABASE_URL        a Postgres to use (URL of a superuser) instead of starting one
  KAFKA_BROKERS       a Kafka to use instead of starting one
  STACK_KAFKA         auto (default), container or local
  STACK_PORT_OFFSET   added to every port, default 0
  STACK_PAGE_PORT     port of the start page, default 3999
  STACK_DATA_DIR      where data and logs go, default .data
`;
