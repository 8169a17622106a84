import {
  type ApiKey,
  type IssuerSettingsInput,
  type NewApiKey,
  routes,
  type SetIssuerResult,
  type SignOutTarget,
  type Tenant,
  type TrustedIssuer,
} from '@patchbay/contracts';
import { createSealingKeys, type Messaging } from '@patchbay/messaging';

/** A new key. `secret` is the whole of it, `pbk_…`, and is told this once. */
export interface MadeApiKey {
  readonly key: ApiKey;
  readonly secret: string;
}

/** How an operator looks after API keys. Each concerns the operator's tenant unless another, or `_platform`, is named. */
export interface KeysAdmin {
  /** @throws PatchbayError `not_found` for no such tenant, `invalid_request` for scopes that the role does not have. */
  create(key: NewApiKey, options?: OfTenant): Promise<MadeApiKey>;
  /** Newest first, ended ones too. `tenant` null: every tenant's. */
  list(options?: { readonly tenant?: string | null }): Promise<ApiKey[]>;
  /** A key in another's place, which goes on for `overlapMs`: a day by default, at most 30 days. */
  rotate(
    id: string,
    options?: OfTenant & { readonly overlapMs?: number },
  ): Promise<MadeApiKey & { readonly replaced: ApiKey }>;
  /** Ends it now, and everything that is open under it. */
  revoke(id: string, options?: OfTenant): Promise<ApiKey>;
}

interface OfTenant {
  readonly tenant?: string;
}

/** How an operator looks after tenants. */
export interface TenantsAdmin {
  /** Asked again for one that is there, nothing changes. */
  create(tenant: string, options?: { readonly name?: string }): Promise<{ tenant: Tenant; created: boolean }>;
  list(): Promise<Tenant[]>;
  /** From now on none of its keys is taken. */
  suspend(tenant: string): Promise<Tenant>;
  resume(tenant: string): Promise<Tenant>;
}

/** Keys cross the bus sealed to whoever asked for them. */
export function keysOver(messaging: Messaging, ownTenant: string): KeysAdmin {
  const opened = ({ sender, sealed }: { sender: string; sealed: string }, own: ReturnType<typeof createSealingKeys>) =>
    Buffer.from(own.open(Buffer.from(sealed, 'base64'), sender)).toString();
  return {
    async create(asked, { tenant = ownTenant } = {}) {
      const own = createSealingKeys();
      const made = await messaging.request(routes.createApiKey, {}, { ...asked, tenant, recipient: own.publicKey });
      return { key: made.key, secret: opened(made, own) };
    },
    list: async ({ tenant = ownTenant } = {}) =>
      (await messaging.request(routes.listApiKeys, {}, tenant === null ? {} : { tenant })).keys,
    async rotate(key, { tenant = ownTenant, overlapMs } = {}) {
      const own = createSealingKeys();
      const made = await messaging.request(
        routes.rotateApiKey,
        {},
        { tenant, key, recipient: own.publicKey, ...(overlapMs !== undefined && { overlap_ms: overlapMs }) },
      );
      return { key: made.key, secret: opened(made, own), replaced: made.replaced };
    },
    revoke: async (key, { tenant = ownTenant } = {}) =>
      (await messaging.request(routes.revokeApiKey, {}, { tenant, key })).key,
  };
}

export function tenantsOver(messaging: Messaging): TenantsAdmin {
  const suspend = async (tenant: string, suspended: boolean) =>
    (await messaging.request(routes.suspendTenant, {}, { tenant, suspended })).tenant;
  return {
    create: (tenant, options = {}) => messaging.request(routes.createTenant, {}, { tenant, ...options }),
    list: async () => (await messaging.request(routes.listTenants, {}, {})).tenants,
    suspend: (tenant) => suspend(tenant, true),
    resume: (tenant) => suspend(tenant, false),
  };
}

/** How an operator looks after the OpenID Connect issuers that tenants trust. Each concerns the operator's tenant unless another is named. */
export interface IssuersAdmin {
  /** By tenant. `tenant` null: every tenant's. */
  list(options?: { readonly tenant?: string | null }): Promise<TrustedIssuer[]>;
  /** In the place of the one before. @throws PatchbayError `invalid_request` when its keys cannot be had. */
  set(settings: IssuerSettingsInput, options?: OfTenant): Promise<SetIssuerResult>;
  /** Takes none of its tokens any more. @throws PatchbayError `not_found`. */
  remove(options?: OfTenant): Promise<TrustedIssuer>;
  /** One token by its `jti`, those that a subject has, or with neither everybody's. @throws PatchbayError `not_found`. */
  signOut(target: SignOutTarget, options?: OfTenant): Promise<TrustedIssuer>;
}

export function issuersOver(messaging: Messaging, ownTenant: string): IssuersAdmin {
  return {
    list: async ({ tenant = ownTenant } = {}) =>
      (await messaging.request(routes.listIssuers, {}, tenant === null ? {} : { tenant })).issuers,
    set: (settings, { tenant = ownTenant } = {}) => messaging.request(routes.setIssuer, {}, { ...settings, tenant }),
    remove: async ({ tenant = ownTenant } = {}) =>
      (await messaging.request(routes.removeIssuer, {}, { tenant })).issuer,
    signOut: async (target, { tenant = ownTenant } = {}) =>
      (await messaging.request(routes.signOut, {}, { tenant, target })).issuer,
  };
}
