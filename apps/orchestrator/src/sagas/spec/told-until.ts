/** Stories that are told up to a certain step, so that the same can be tried at each of them. */
import { stepsOf, type SagaDefinition } from '#saga';

/** What each step's command is answered with, in the order of the answers. */
type Answers<Test, Name extends string> = Readonly<Record<Name, (test: Test) => Test>>;

/** Begins a story and answers one step after the other, until `step` is out; without it to the end. */
export const toldUntil =
  <Test, Name extends string>(begin: () => Test, answers: Answers<Test, Name>) =>
  (step?: Name): Test => {
    const test = begin();
    for (const [name, answer] of Object.entries<(test: Test) => Test>(answers)) {
      if (name === step) break;
      answer(test);
    }
    return test;
  };

/** The steps that send a command: a case that is meant for every step is tried at these. */
export const askingSteps = (definition: SagaDefinition): readonly string[] =>
  stepsOf(definition).flatMap(({ name, command }) => (command ? [name] : []));
