import { z } from 'zod';

/** A value of the connection that stands in a URL, such as a subdomain. */
export const TenantVariable = z.strictObject({
  description: z.string().optional(),
  /** The whole value must match. */
  pattern: z.string().default('^[A-Za-z0-9-]{1,63}$'),
  example: z.string().optional(),
  /** Its value for a connection that gives none. */
  default: z.string().optional(),
  /**
   * It is a host of the tenant's own, such as `shop.example.com`: all of the host in `base_url`, and the only one that gets the
   * credential. Fixed when the connection is added, as every variable is.
   */
  own_host: z.boolean().optional(),
});
export type TenantVariable = z.infer<typeof TenantVariable>;
