import { randomBytes } from 'node:crypto';

/**
 * Tokens that the sandbox gave for credentials, by integration; the oldest go first. A reset leaves them: an upstream does
 * not take its tokens back because a test begins.
 */
export class TokenMemory {
  readonly #tokens = new Map<string, string>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  issue(integration: string): string {
    const token = `sandbox-token-${randomBytes(24).toString('base64url')}`;
    if (this.#tokens.size >= this.#capacity) this.#tokens.delete(this.#tokens.keys().next().value as string);
    this.#tokens.set(token, integration);
    return token;
  }

  isOf(integration: string, token: string): boolean {
    return this.#tokens.get(token) === integration;
  }
}
