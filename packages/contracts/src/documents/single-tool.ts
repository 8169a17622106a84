import { z } from 'zod';

const AuthType = z.enum(['oauth2', 'api_key', 'basic', 'bearer', 'none', 'custom']);

/** One endpoint of the single-tool form. */
export const SingleToolEndpoint = z.looseObject({
  method: z.string().regex(/^(get|head|post|put|patch|delete)$/i),
  path: z.string().startsWith('/'),
  description: z.string().optional(),
  parameters: z
    .record(z.string(), z.looseObject({ type: z.string().default('string'), required: z.boolean().default(false) }))
    .default({}),
});

/**
 * The original specification's form of a tool. `id` is the name an agent calls it by when there is one endpoint;
 * with several, each is `<id>_<endpoint>`. `timeout` is in milliseconds.
 */
export const SingleToolDocument = z.looseObject({
  id: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
  name: z.string().min(1).max(80),
  category: z.string(),
  description: z.string().min(1),
  auth_type: AuthType,
  base_url: z.string(),
  endpoints: z.record(z.string(), SingleToolEndpoint).refine((value) => Object.keys(value).length > 0, {
    error: 'a tool needs at least one endpoint',
  }),
  rate_limits: z.object({ requests_per_minute: z.number().positive(), burst_size: z.number().positive().optional() }).optional(),
  timeout: z.number().positive().optional(),
  retry_config: z
    .object({ max_attempts: z.number().int().positive(), backoff: z.enum(['exponential', 'fixed', 'none']).default('exponential') })
    .optional(),
});
export type SingleToolDocument = z.infer<typeof SingleToolDocument>;
