/** An intent that no outcome followed. */
export interface OpenIntent {
  readonly tenant: string;
  readonly executionId: string;
  readonly tool: string | null;
  readonly session: string | null;
  /** Id of the intent's audit event. */
  readonly eventId: string;
  /** When it was recorded, Unix milliseconds by the producer's clock. */
  readonly recordedAtMs: number;
}

/** Which of them, by the time that they were recorded at. */
export interface OpenIntentRange {
  /** Unix milliseconds, inclusive. */
  readonly sinceMs: number;
  /** Exclusive. */
  readonly beforeMs: number;
  readonly limit: number;
  /** Default: of every tenant. */
  readonly tenant?: string;
  /** Default: oldest first. */
  readonly newestFirst?: boolean;
}
