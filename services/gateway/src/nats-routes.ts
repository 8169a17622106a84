import { routes } from '@patchbay/contracts';
import { type AnyEndpoint, createSealingKeys, endpoint, type RequestContext } from '@patchbay/messaging';
import { traceIdOf } from '@patchbay/service-kit';
import type { listIssuers } from './operations/issuers/list-issuers.ts';
import type { removeIssuer } from './operations/issuers/remove-issuer.ts';
import type { setIssuer } from './operations/issuers/set-issuer.ts';
import type { signOut } from './operations/issuers/sign-out.ts';
import type { createKey } from './operations/keys/create-key.ts';
import type { KeyCaller, MadeKey } from './operations/keys/key-ports.ts';
import type { listKeys, showKey } from './operations/keys/list-keys.ts';
import type { revokeKey } from './operations/keys/revoke-key.ts';
import type { rotateKey } from './operations/keys/rotate-key.ts';
import type { createTenant, listTenants, showTenant } from './operations/tenants/create-tenant.ts';
import type { suspendTenant } from './operations/tenants/suspend-tenant.ts';

/** Who may come in: asked for over HTTP and over NATS. */
export interface IdentityOperations {
  readonly createKey: ReturnType<typeof createKey>;
  readonly listKeys: ReturnType<typeof listKeys>;
  readonly showKey: ReturnType<typeof showKey>;
  readonly rotateKey: ReturnType<typeof rotateKey>;
  readonly revokeKey: ReturnType<typeof revokeKey>;
  readonly createTenant: ReturnType<typeof createTenant>;
  readonly listTenants: ReturnType<typeof listTenants>;
  readonly showTenant: ReturnType<typeof showTenant>;
  readonly suspendTenant: ReturnType<typeof suspendTenant>;
  readonly setIssuer: ReturnType<typeof setIssuer>;
  readonly listIssuers: ReturnType<typeof listIssuers>;
  readonly removeIssuer: ReturnType<typeof removeIssuer>;
  readonly signOut: ReturnType<typeof signOut>;
}

const callerOf = ({ traceparent }: RequestContext): KeyCaller => ({
  actor: { kind: 'admin', id: 'admin' },
  scopes: null,
  traceId: traceIdOf(traceparent),
});

/** What the gateway answers over NATS, to the operator. All else of it is HTTP: `routes.ts`. */
export function gatewayEndpoints(operations: IdentityOperations): AnyEndpoint[] {
  return [
    endpoint('create-api-key', routes.createApiKey, async ({ recipient, ...asked }, context) =>
      sealedFor(recipient, await operations.createKey(asked, callerOf(context))),
    ),
    endpoint('list-api-keys', routes.listApiKeys, async ({ tenant = null }) => ({ keys: operations.listKeys(tenant) })),
    endpoint('rotate-api-key', routes.rotateApiKey, async ({ recipient, ...asked }, context) => {
      const { replaced, ...made } = await operations.rotateKey(asked, callerOf(context));
      return { ...sealedFor(recipient, made), replaced };
    }),
    endpoint('revoke-api-key', routes.revokeApiKey, async (asked, context) => ({
      key: await operations.revokeKey(asked, callerOf(context)),
    })),
    endpoint('create-tenant', routes.createTenant, (asked, context) =>
      operations.createTenant(asked, callerOf(context)),
    ),
    endpoint('list-tenants', routes.listTenants, async () => ({ tenants: operations.listTenants() })),
    endpoint('suspend-tenant', routes.suspendTenant, async (asked, context) => ({
      tenant: await operations.suspendTenant(asked, callerOf(context)),
    })),
    endpoint('list-issuers', routes.listIssuers, async ({ tenant = null }) => ({
      issuers: operations.listIssuers(tenant),
    })),
    endpoint('set-issuer', routes.setIssuer, (asked, context) => operations.setIssuer(asked, callerOf(context))),
    endpoint('remove-issuer', routes.removeIssuer, async (asked, context) => ({
      issuer: await operations.removeIssuer(asked, callerOf(context)),
    })),
    endpoint('sign-out', routes.signOut, async (asked, context) => ({
      issuer: await operations.signOut(asked, callerOf(context)),
    })),
  ];
}

/** The key's text, readable by whoever asked for it alone: the bus carries no key in clear. */
function sealedFor(recipient: string, { key, text }: MadeKey) {
  const own = createSealingKeys();
  const sealed = Buffer.from(own.seal(Buffer.from(text), recipient)).toString('base64');
  return { key, sender: own.publicKey, sealed };
}
