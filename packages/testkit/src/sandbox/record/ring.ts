/** Keeps the newest `capacity` items, oldest first. */
export class Ring<Item> {
  readonly #capacity: number;
  #items: Item[] = [];
  #start = 0;

  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity);
  }

  push(item: Item): void {
    if (this.#items.length < this.#capacity) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#start] = item;
    this.#start = (this.#start + 1) % this.#capacity;
  }

  toArray(): Item[] {
    return [...this.#items.slice(this.#start), ...this.#items.slice(0, this.#start)];
  }

  clear(): void {
    this.#items = [];
    this.#start = 0;
  }
}
