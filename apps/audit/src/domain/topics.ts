import { topics } from '#contracts';

const FACTS = '.events';
const REPLAY = '.replay';

const all = Object.keys(topics);

/** Of the table of all topics, so that a new one is read without a line here. */
export const FACT_TOPICS: readonly string[] = all.filter((topic) => topic.endsWith(FACTS));

/** Where facts may be told again: each is read by one group alone, the one it is named for. */
export const REPLAY_TOPICS: readonly string[] = all.filter((topic) => topic.endsWith(REPLAY));

export const replayTopicOf = (group: string): string => group + REPLAY;

/** What the facts of a topic are about, where their type does not tell. */
export const stemOf = (topic: string): string => topic.replace(/\.[^.]*$/, '');
