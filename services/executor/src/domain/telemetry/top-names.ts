import { otherLabel } from '@patchbay/contracts';

/** A name waiting for a place must have been used this many times as often as the one whose place it takes. */
const lead = 2;

/**
 * Gives the names used most a label of their own and calls the rest `_other`. Holds at most twice `most` names, however
 * many there are. Uses count for less with each ranking, so that what was busy once gives way to what is busy now.
 */
export class TopNames {
  readonly #most: number;
  readonly #labelled = new Map<string, number>();
  readonly #waiting = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Counts a use, and says which label it goes under. */
  labelOf(name: string): string {
    const uses = this.#labelled.get(name);
    if (uses !== undefined) {
      this.#labelled.set(name, uses + 1);
      return name;
    }
    if (this.#labelled.size < this.#most) {
      this.#labelled.set(name, 1);
      return name;
    }
    if (this.#waiting.size < this.#most || this.#waiting.has(name))
      this.#waiting.set(name, (this.#waiting.get(name) ?? 0) + 1);
    return otherLabel;
  }

  /** Lets busy names take the places of idle ones. Answers the names that lost theirs. */
  rank(): string[] {
    const idlest = [...this.#labelled].sort(([, a], [, b]) => a - b);
    const busiest = [...this.#waiting].sort(([, a], [, b]) => b - a);
    const lost: string[] = [];
    for (const [name, uses] of busiest) {
      const [loser, loserUses] = idlest[lost.length] ?? [];
      if (loser === undefined || uses < lead * Math.max(1, loserUses as number)) break;
      this.#labelled.delete(loser);
      this.#labelled.set(name, uses);
      lost.push(loser);
    }
    for (const [name, uses] of this.#labelled) this.#labelled.set(name, uses / 2);
    this.#waiting.clear();
    return lost;
  }
}
