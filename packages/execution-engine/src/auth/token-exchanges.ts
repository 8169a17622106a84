import type { ErrorBody } from '@patchbay/contracts';

/** A token with the moment, on the engine's clock, until which it is used. */
export interface Token {
  readonly value: string;
  readonly usableUntil: number;
}
export type TokenOutcome =
  | { readonly ok: true; readonly token: Token }
  | { readonly ok: false; readonly error: ErrorBody };

interface Entry {
  readonly flight: Promise<TokenOutcome>;
  token: Token | null;
}

const maxTokens = 4_096;

/** Exchanged tokens in memory, by a mark of the credential: one call at a time for each, kept until shortly before its end. */
export class TokenExchanges {
  private readonly entries = new Map<string, Entry>();

  /** The token of `mark`, from memory, from the call that is under way, or from a new one that `ask` makes. */
  get(mark: string, now: number, ask: () => Promise<TokenOutcome>): Promise<TokenOutcome> {
    const known = this.entries.get(mark);
    if (known !== undefined && (known.token === null || known.token.usableUntil > now)) return known.flight;
    if (this.entries.size >= maxTokens) this.entries.delete(this.entries.keys().next().value as string);
    const entry: Entry = { flight: ask(), token: null };
    this.entries.delete(mark);
    this.entries.set(mark, entry);
    void entry.flight.then((outcome) => {
      if (outcome.ok) entry.token = outcome.token;
      // A failure is not kept: the next execution asks again.
      else if (this.entries.get(mark) === entry) this.entries.delete(mark);
    });
    return entry.flight;
  }

  /** The upstream refused this token: whoever comes next asks for another, unless somebody has already. */
  forget(mark: string, value: string): void {
    if (this.entries.get(mark)?.token?.value === value) this.entries.delete(mark);
  }
}
