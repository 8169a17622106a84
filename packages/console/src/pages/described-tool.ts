import type { Deprecation, ToolLatency } from '@patchbay/contracts';
import type { ObjectSchema } from '../forms/arguments-of.ts';

/** A tool in our own format, as `GET /v1/tools/{name}` gives it. */
export interface DescribedTool {
  readonly name: string;
  readonly title: string;
  readonly integration: string;
  readonly version: string;
  readonly category: string;
  readonly description: string;
  readonly input_schema: ObjectSchema;
  readonly output_schema?: unknown;
  readonly risk: 'read' | 'write' | 'destructive';
  readonly idempotent: boolean;
  readonly confirm?: string;
  readonly confirm_prompt?: string;
  readonly speech?: Readonly<Record<string, string>>;
  readonly examples?: readonly Readonly<Record<string, unknown>>[];
  readonly latency?: ToolLatency;
  readonly deprecated?: Deprecation;
}
