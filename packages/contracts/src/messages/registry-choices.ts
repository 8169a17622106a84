import { z } from 'zod';
import { IntegrationId, platformScope, Scope, Version } from '../ids.ts';

/**
 * Value of KV `integrations` at `use.<scope>.<integration>`, and at `use.<scope>._default` with `integration` null: what a
 * scope says about integrations. A tenant's word goes before the platform's; what nobody says of is installed, and means
 * its latest version.
 */
export const StoredChoice = z.object({
  scope: Scope,
  /** Null: said of every integration of the platform about which the scope says nothing else. Pins none. */
  integration: IntegrationId.nullable(),
  /** False: its tools are neither listed, found, described nor carried out. */
  installed: z.boolean().optional(),
  /** The version that calls mean when they name none. */
  pin: Version.optional(),
  changed_at: z.string(),
});
export type StoredChoice = z.infer<typeof StoredChoice>;

/** `svc.registry.v1.pin`: from now on calls that name no version mean this one. Null: the latest again. */
export const PinRequest = z.strictObject({
  scope: Scope.default(platformScope),
  integration: IntegrationId,
  version: Version.nullable(),
});
export type PinRequest = z.infer<typeof PinRequest>;

/** `svc.registry.v1.rollback`: pins the newest version in use that is older than the one served now. */
export const RollbackRequest = z.strictObject({ scope: Scope.default(platformScope), integration: IntegrationId });
export type RollbackRequest = z.infer<typeof RollbackRequest>;

/** What calls that name no version meant before and mean now; null: nothing is in use. */
export const PinResult = z.object({
  scope: Scope,
  integration: IntegrationId,
  pin: Version.nullable(),
  served_before: Version.nullable(),
  served: Version.nullable(),
});
export type PinResult = z.infer<typeof PinResult>;

/**
 * `svc.registry.v1.install`: whether a scope's tenants see an integration. `integration` null: the platform's integrations
 * about which the scope says nothing else. `installed` null takes back what the scope said.
 */
export const InstallRequest = z.strictObject({
  scope: Scope.default(platformScope),
  integration: IntegrationId.nullable(),
  installed: z.boolean().nullable(),
});
export type InstallRequest = z.infer<typeof InstallRequest>;
/** What counts for the scope now, and who says so. */
export const InstallResult = z.object({
  scope: Scope,
  integration: IntegrationId.nullable(),
  installed: z.boolean(),
  said_by: z.enum(['tenant', 'tenant_default', 'platform', 'platform_default', 'nobody']),
});
export type InstallResult = z.infer<typeof InstallResult>;

/** `svc.registry.v1.choices`: everything a scope says. */
export const ListChoicesRequest = z.strictObject({ scope: Scope.default(platformScope) });
export const ListChoicesResult = z.object({ choices: z.array(StoredChoice) });
export type ListChoicesResult = z.infer<typeof ListChoicesResult>;
