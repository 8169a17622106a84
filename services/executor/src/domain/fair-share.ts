/** Lets no tenant hold more than half of the slots, so that one whose upstream hangs leaves room for the others. */
export class FairShare {
  readonly #most: number;
  readonly #held = new Map<string, number>();

  constructor(slots: number) {
    this.#most = Math.max(1, Math.ceil(slots / 2));
  }

  /** False when the tenant has its share; else it holds one more until `leave`. */
  enter(tenant: string): boolean {
    const held = this.#held.get(tenant) ?? 0;
    if (held >= this.#most) return false;
    this.#held.set(tenant, held + 1);
    return true;
  }

  leave(tenant: string): void {
    const held = (this.#held.get(tenant) ?? 0) - 1;
    if (held > 0) this.#held.set(tenant, held);
    else this.#held.delete(tenant);
  }
}
