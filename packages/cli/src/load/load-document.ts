import type { LoadReport } from '@patchbay/load';
import type { Way } from './load-options.ts';

/** Something that was asked of a load, and whether it came out so. */
export interface Expectation {
  readonly what: 'success_percent' | 'p99_ms';
  readonly expected: number;
  /** Null: no call succeeded. */
  readonly got: number | null;
  readonly met: boolean;
}

/** A load's report, with what was loaded and how. */
export interface LoadDocument extends LoadReport {
  readonly over: Way;
  readonly tenant: string;
  /** Hosts that were asked. */
  readonly targets: readonly string[];
  /** Whether executors call the sandbox; null where nobody knows. */
  readonly sandbox: boolean | null;
  /** Of webhooks the scheme. */
  readonly called: readonly { readonly what: string; readonly weight: number }[];
  readonly keys: 'none' | 'new' | number;
  readonly deadline_ms: number;
  readonly expectations: readonly Expectation[];
  readonly machine: { readonly processors: number; readonly node: string };
}

/** What was expected of the report, and whether it holds. */
export function expectationsOf(
  { success, response_ms }: Pick<LoadReport, 'success' | 'response_ms'>,
  asked: { readonly expectSuccess?: number; readonly expectP99?: number },
): Expectation[] {
  const percent = success === null ? null : success * 100;
  const { p99 } = response_ms;
  return [
    ...(asked.expectSuccess === undefined
      ? []
      : [
          {
            what: 'success_percent' as const,
            expected: asked.expectSuccess,
            got: percent,
            met: percent !== null && percent >= asked.expectSuccess,
          },
        ]),
    ...(asked.expectP99 === undefined
      ? []
      : [
          {
            what: 'p99_ms' as const,
            expected: asked.expectP99,
            got: p99,
            met: p99 !== null && p99 <= asked.expectP99,
          },
        ]),
  ];
}
