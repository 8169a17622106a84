/** What one call came to. */
export interface CallOutcome {
  /** `unknown`: it was sent, and nobody knows whether it had its effect. */
  readonly status: 'succeeded' | 'refused' | 'failed' | 'unknown';
  /** Of the catalogue, or what stands in its place, such as `http_503`. Null when it succeeded. */
  readonly code: string | null;
  /** What was called, such as a tool's name. */
  readonly what: string;
}

/** Makes call number `number`, from 0. Never rejects. */
export type MakeCall = (number: number) => Promise<CallOutcome>;
