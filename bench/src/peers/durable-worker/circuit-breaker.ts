/** Opens after so many failures in a row, for so long; then one call tries whether it can close. */
export class CircuitBreaker {
  readonly #failures: number;
  readonly #openMs: number;
  #inARow = 0;
  #openUntil = 0;

  constructor(failures: number, openMs: number) {
    this.#failures = failures;
    this.#openMs = openMs;
  }

  allows(nowMs: number): boolean {
    if (this.#inARow < this.#failures) return true;
    if (nowMs < this.#openUntil) return false;
    // The others wait for what this one finds.
    this.#openUntil = nowMs + this.#openMs;
    return true;
  }

  succeeded(): void {
    this.#inARow = 0;
  }

  failed(nowMs: number): void {
    if (++this.#inARow >= this.#failures) this.#openUntil = nowMs + this.#openMs;
  }
}
