/** Joins callers that want the same work at the same time: the first does it, the others get its result. Nothing is kept. */
export class SingleFlight<Value> {
  readonly #flights = new Map<string, Promise<Value>>();

  run(id: string, work: () => Promise<Value>): Promise<Value> {
    const flight = this.#flights.get(id);
    if (flight !== undefined) return flight;
    const started = work().finally(() => this.#flights.delete(id));
    this.#flights.set(id, started);
    return started;
  }

  /** Works under way. */
  get size(): number {
    return this.#flights.size;
  }
}
