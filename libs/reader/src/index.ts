export { factReader } from './facts.js';
export type { FactOf, ReadFacts } from './facts.js';
