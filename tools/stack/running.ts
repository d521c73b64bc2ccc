import { StackProblem, stackPaths, type StackSettings } from './settings.js';
import { isRunning, readState, type StackState } from './state.js';

/** The state of the running stack; throws when there is none. */
export function runningStack(settings: StackSettings): StackState {
  const state = readState(stackPaths(settings).state);
  if (!isRunning(state)) {
    throw new StackProblem('The stack does not run: "npm start" or "npm run stack -- up".');
  }
  return state;
}

/** Its brokers; throws while Kafka has not been started yet. */
export function runningBrokers(settings: StackSettings): string {
  const { kafka } = runningStack(settings);
  if (!kafka) throw new StackProblem('Kafka has not been started yet.');
  return kafka.brokers;
}
