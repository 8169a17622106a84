import { z } from 'zod';

/** A value of the connection that stands in a URL, such as a subdomain. */
export const TenantVariable = z.strictObject({
  description: z.string().optional(),
  /** The whole value must match. */
  pattern: z.string().default('^[A-Za-z0-9-]{1,63}$'),
  example: z.string().optional(),
  /** Its value for a connection that gives none. */
  default: z.string().optional(),
});
export type TenantVariable = z.infer<typeof TenantVariable>;
