import { PatchbayError } from '@patchbay/contracts';
import { createEgress } from '@patchbay/egress';
import type { Logger } from '@patchbay/service-kit';
import { createEgressIssuerKeys } from './adapters/egress-issuer-keys.ts';
import type { GatewayConfig } from './config.ts';
import type { AccessTally } from './operations/access-tally.ts';
import { createAuthenticateToken } from './operations/authenticate-token.ts';
import { IssuerKeys } from './operations/issuers/issuer-keys.ts';
import type { IssuerPorts } from './operations/issuers/issuer-ports.ts';
import { listIssuers } from './operations/issuers/list-issuers.ts';
import { removeIssuer } from './operations/issuers/remove-issuer.ts';
import { setIssuer } from './operations/issuers/set-issuer.ts';
import { signOut } from './operations/issuers/sign-out.ts';

/** The parts that deal with tenants' own issuers: who comes in by a token, and which issuers are trusted. */
export function wireIssuers(
  config: Pick<GatewayConfig, 'dialOverride' | 'trustedOrigins'>,
  log: Logger,
  { tally, ...ports }: Omit<IssuerPorts, 'probe'> & { readonly tally: Pick<AccessTally, 'signInRefused'> },
) {
  const egress = createEgress({
    trustedOrigins: config.trustedOrigins,
    ...(config.dialOverride !== null && { dialOverride: config.dialOverride }),
    onRefused: (refusal) => log.warn({ refusal }, 'egress refused'),
  });
  const keys = new IssuerKeys({
    fetchKeys: createEgressIssuerKeys(egress),
    now: () => performance.now(),
    onUnavailable: ({ tenant, issuer }, err) =>
      log.warn({ tenant, issuer, err }, 'the keys of an issuer cannot be had'),
  });
  const all: IssuerPorts = {
    ...ports,
    probe: (issuer) =>
      keys.probe(issuer).catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        throw new PatchbayError('invalid_request', {
          message: 'The issuer’s keys cannot be had.',
          details: { issues: [{ path: issuer.jwks_url === null ? 'issuer' : 'jwks_url', message }] },
        });
      }),
  };
  return {
    authenticateToken: createAuthenticateToken({
      store: ports.store,
      keyOf: (issuer) => keys.keyOf(issuer),
      now: ports.now,
      onRefused({ code: reason, tenant, door, ...facts }) {
        log.debug({ ...facts, tenant }, 'a token was refused');
        tally.signInRefused({ door, tenant, key: null, reason });
      },
    }),
    operations: {
      setIssuer: setIssuer(all),
      listIssuers: listIssuers(all),
      removeIssuer: removeIssuer(all),
      signOut: signOut(all),
    },
    close: () => egress.close(),
  };
}
