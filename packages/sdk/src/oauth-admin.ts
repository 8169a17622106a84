import {
  type GetConnectResult,
  type OAuthClient,
  type OAuthClientInfo,
  platformScope,
  routes,
  type StartConnectResult,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { sealSecret } from './seal-secret.ts';

export interface NewConnect {
  readonly integration: string;
  readonly label?: string;
  readonly variables?: Record<string, string>;
  readonly makeDefault?: boolean;
  /** An existing connection that is to get a new token. */
  readonly connection?: string;
  /** Seconds in which the link or the code works. 60 to 86,400, default 600. */
  readonly lifetimeS?: number;
  /** For the grant `token_exchange`: the token to exchange. Sealed here. */
  readonly subjectToken?: string;
}

/** How an operator connects tenants by OAuth. */
export interface OAuthAdmin {
  /**
   * Stores the app that a vendor knows us by, for the platform's document of the integration; with `own`, for the tenant's
   * own document. It is sealed to the vault's key here.
   */
  setClient(integration: string, client: OAuthClient, options?: { readonly own?: boolean }): Promise<OAuthClientInfo>;
  /** False when there was none. */
  removeClient(integration: string, options?: { readonly own?: boolean }): Promise<boolean>;
  /** Begins to connect the tenant: a link for its user, a code for a device, or done. */
  connect(connect: NewConnect): Promise<StartConnectResult>;
  /** What became of a connect. */
  connectState(connect: string): Promise<GetConnectResult>;
}

export function oauthOver(messaging: Messaging, tenant: string): OAuthAdmin {
  const scopeOf = ({ own = false }: { readonly own?: boolean } = {}) => (own ? tenant : platformScope);
  return {
    async setClient(integration, client, options) {
      const sealed_client = await sealSecret(messaging, client);
      return (
        await messaging.request(routes.setOAuthClient, {}, { scope: scopeOf(options), integration, sealed_client })
      ).client;
    },
    async removeClient(integration, options) {
      return (await messaging.request(routes.removeOAuthClient, {}, { scope: scopeOf(options), integration })).removed;
    },
    async connect({ integration, label, variables, makeDefault, connection, lifetimeS, subjectToken }) {
      return messaging.request(
        routes.startConnect,
        {},
        {
          tenant,
          integration,
          ...(label !== undefined && { label }),
          ...(variables !== undefined && { variables }),
          ...(makeDefault !== undefined && { make_default: makeDefault }),
          ...(connection !== undefined && { connection }),
          ...(lifetimeS !== undefined && { lifetime_s: lifetimeS }),
          ...(subjectToken !== undefined && { sealed_subject_token: await sealSecret(messaging, subjectToken) }),
        },
      );
    },
    connectState: (connect) => messaging.request(routes.getConnect, {}, { tenant, connect }),
  };
}
