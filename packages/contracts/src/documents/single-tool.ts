import { z } from 'zod';
import { IntegrationId, Version } from '../ids.ts';
import { RateLimits } from './integration.ts';

const AuthType = z.enum(['oauth2', 'api_key', 'basic', 'bearer', 'none', 'custom']);

/** One endpoint of the single-tool form. */
export const SingleToolEndpoint = z.looseObject({
  method: z
    .string()
    .regex(/^(get|head|post|put|patch|delete)$/i, { error: 'expected get, head, post, put, patch or delete' }),
  path: z.string().startsWith('/'),
  description: z.string().min(1).max(2_000).optional(),
  parameters: z
    .record(z.string(), z.looseObject({ type: z.string().default('string'), required: z.boolean().default(false) }))
    .default({}),
});

/**
 * The original specification's form of a tool. It becomes an integration whose id is the document's `id`, with one tool
 * per endpoint. `id` is the name an agent calls it by when there is one endpoint; with several, each is
 * `<id>_<endpoint>`. `timeout` is in milliseconds. Without `version` it is 1.0.0. Risk follows the method: GET and HEAD
 * read, DELETE is destructive, the rest write. An `ok: false` in a 200 answer counts as a failure.
 */
export const SingleToolDocument = z.looseObject({
  id: IntegrationId,
  name: z.string().min(1).max(80),
  version: Version.default('1.0.0'),
  category: z.string(),
  description: z.string().min(1).max(2_000),
  auth_type: AuthType,
  base_url: z.string(),
  endpoints: z.record(z.string(), SingleToolEndpoint).refine((value) => Object.keys(value).length > 0, {
    error: 'a tool needs at least one endpoint',
  }),
  rate_limits: RateLimits.optional(),
  timeout: z.int().min(1).max(120_000).optional(),
  retry_config: z
    .strictObject({
      max_attempts: z.int().min(1).max(10).default(3),
      backoff: z.enum(['exponential', 'fixed', 'none']).default('exponential'),
    })
    .optional(),
});
export type SingleToolDocument = z.infer<typeof SingleToolDocument>;
