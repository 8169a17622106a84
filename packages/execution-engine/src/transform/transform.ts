/** Why a transform gave nothing. */
export type TransformProblem = 'failed' | 'timed_out' | 'out_of_memory' | 'too_large' | 'busy';

export type TransformOutcome =
  | { readonly ok: true; readonly text: string }
  /** `code`: JSONata's own, such as `T2001`. Its message may repeat data, so it goes nowhere. */
  | { readonly ok: false; readonly reason: TransformProblem; readonly code: string | null };

export interface TransformJob {
  readonly expression: string;
  /** JSON text. */
  readonly input: string;
  /** Most characters of the result as JSON. */
  readonly maxLength: number;
  /** Milliseconds until the caller gives up, the wait for its turn included. */
  readonly timeoutMs: number;
}

/** Evaluates JSONata away from the event loop, within bounds of time and memory. */
export interface Transform {
  /** Gets ready ahead of the first job. */
  warm(): void;
  /** Never rejects. */
  run(job: TransformJob): Promise<TransformOutcome>;
  close(): void;
}
