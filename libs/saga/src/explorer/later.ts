/** What becomes of commands that were not answered for good at once: pending, parked, or given up. */
import { whyUnwanted } from '../unwanted.js';
import type { Acts, ActOptions } from './acts.js';
import { fault, free, said, spend, type Move } from './move.js';
import { isRefusing, type Doing } from './participant.js';
import { shortId, type World } from './world.js';

/** Each method adds its own moves; see `Moves`. */
export class Later {
  constructor(
    private readonly options: Pick<ActOptions, 'parts' | 'servings'>,
    private readonly acts: Acts,
  ) {}

  /** What was answered `pending` before. */
  settle(world: World, moves: Move[]): void {
    const { parts, servings } = this.options;
    const { pending } = parts.businesses.at(world.business);
    for (const command of Object.values(pending)) {
      const name = () => shortId(command.commandId);
      moves.push(
        free(
          () => `'${name()}' succeeds at last`,
          () => this.acts.settle(world, command, 'succeed'),
        ),
      );
      for (const doing of servings.participants.refusals(command)) {
        const label = () => `'${name()}' ${said(doing)} at last`;
        // One that is mended may be refused again, and so on: only faults come to an end.
        moves.push(
          servings.participants.isMendable(command, doing)
            ? fault(label, () => this.acts.settle(spend(world), command, doing))
            : free(label, () => this.acts.settle(world, command, doing)),
        );
      }
    }
  }

  /** What was parked is tried until it is done, or given up. */
  retry(world: World, moves: Move[]): void {
    const { parts, servings } = this.options;
    const { participants } = servings;
    for (const parked of Object.values(parts.businesses.at(world.business).parked)) {
      const command = parts.commands.of(parked);
      const doings: Doing[] = ['succeed', 'fail', ...participants.refusals(parked)];
      for (const doing of doings) {
        const label = () => `'${shortId(parked.commandId)}' is tried again and ${said(doing)}`;
        const next = (from: World) => this.acts.tryAgain(from, command, doing, 'retried');
        moves.push(
          isRefusing(doing) && participants.isMendable(parked, doing)
            ? fault(label, () => next(spend(world)))
            : free(label, () => next(world)),
        );
      }
    }
  }

  /**
   * A person may send a dead letter again for as long as its saga waits for the answer. Of a step that
   * can be undone it is tried at any time: should nobody refuse it, its participant has to.
   */
  redrive(world: World, moves: Move[]): void {
    const { parts, servings } = this.options;
    for (const dead of Object.values(parts.businesses.at(world.business).dead)) {
      const isWanted = () =>
        whyUnwanted(parts.instances.at(world.instance), dead.commandId) === undefined;
      if (!servings.participants.isCompensable(dead) && !isWanted()) continue;
      const command = parts.commands.of(dead);
      const doings: Doing[] = ['succeed', ...servings.participants.refusals(dead)];
      for (const doing of doings) {
        moves.push(
          fault(
            () => `somebody sends '${shortId(dead.commandId)}' again, and it ${said(doing)}`,
            () => this.acts.tryAgain(spend(world), command, doing, 'redriven'),
          ),
        );
      }
    }
  }
}
