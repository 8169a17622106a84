import type { ListCircuitsResult, Usage } from '@patchbay/contracts';

type Part = Pick<Usage, 'calls' | 'failed' | 'refused' | 'p50_ms' | 'p95_ms' | 'p99_ms'>;

type Circuit = ListCircuitsResult['executors'][number]['circuits'][number];

/** A circuit that holds calls back, as one executor sees it. */
export type HeldBack = Pick<Circuit, 'host' | 'tenant' | 'watches' | 'state' | 'retry_after_ms'> & {
  readonly executor: string;
};

/** `GET /v1/metrics` */
export interface Overview {
  readonly per_second: number;
  readonly totals: Usage;
  readonly points: readonly (Part & { readonly at: string })[];
  readonly point_ms: number;
  readonly errors: readonly { readonly code: string; readonly calls: number }[];
  readonly tools: readonly (Part & { readonly tool: string })[];
  readonly circuits: readonly HeldBack[] | null;
}
