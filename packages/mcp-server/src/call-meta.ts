import { ExecuteRequest, PatchbayError } from '@patchbay/contracts';
import { z } from 'zod';

/** What a client may say of a call in its `_meta`, each under `patchbay/`. What is not ours is left alone. */
const CallMeta = z.object({
  'patchbay/idempotency_key': z.string().min(1).max(190).optional(),
  'patchbay/deadline_ms': ExecuteRequest.shape.deadline_ms.unwrap().optional(),
  'patchbay/version': ExecuteRequest.shape.version,
  'patchbay/connection': ExecuteRequest.shape.connection,
  'patchbay/session': z.string().min(1).max(128).optional(),
  'patchbay/end_user': z.string().min(1).max(256).optional(),
  'patchbay/dry_run': z.boolean().optional(),
  'patchbay/confirmation': ExecuteRequest.shape.confirmation,
  progressToken: z.union([z.string(), z.number()]).optional(),
  traceparent: z.string().max(64).optional(),
});

export interface ReadMeta {
  readonly idempotencyKey?: string | undefined;
  readonly deadlineMs?: number | undefined;
  readonly version?: string | undefined;
  readonly connection?: string | undefined;
  readonly session?: string | undefined;
  readonly endUser?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly confirmation?: string | undefined;
  readonly progressToken?: string | number | undefined;
  readonly traceparent?: string | undefined;
}

/** @throws PatchbayError `invalid_request` naming the field. */
export function readMeta(meta: unknown): ReadMeta {
  const parsed = CallMeta.safeParse(meta ?? {});
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({ path: `_meta.${path.join('.')}`, message }));
    throw new PatchbayError('invalid_request', {
      message: 'The call’s _meta is not as it is taken.',
      details: { issues },
    });
  }
  const said = parsed.data;
  return {
    idempotencyKey: said['patchbay/idempotency_key'],
    deadlineMs: said['patchbay/deadline_ms'],
    version: said['patchbay/version'],
    connection: said['patchbay/connection'],
    session: said['patchbay/session'],
    endUser: said['patchbay/end_user'],
    dryRun: said['patchbay/dry_run'],
    confirmation: said['patchbay/confirmation'],
    progressToken: said.progressToken,
    traceparent: said.traceparent,
  };
}
