import { AccessScope, platformScope, Role } from '@patchbay/contracts';
import { scopesOf } from './roles.ts';

/** What each scope opens. */
const meanings: Readonly<Record<AccessScope, string>> = {
  'tools:read': 'list, search and describe tools; look at the toolsets there are',
  'tools:execute': 'execute, plan, submit, warm up; fetch what became of a submission',
  'executions:read': 'look at executions, and at those of unknown outcome',
  'executions:cancel': 'stop what runs',
  'integrations:read': 'look at documents, their versions and differences',
  'integrations:write': 'register, retire, pin, deprecate and install integrations',
  'toolsets:write': 'set and remove toolsets',
  'connections:read': 'look at connections; never at a credential',
  'connections:write': 'add, connect, test, rotate and remove connections',
  'webhooks:read': 'look at sources, subscriptions, events and deliveries',
  'webhooks:write': 'change sources and subscriptions, replay',
  'audit:read': 'query the audit log; look at how long it is kept, at holds and sinks',
  'audit:export': 'export and verify the audit log',
  'audit:write': 'place legal holds on the audit log, and send it to a SIEM',
  'audit:reveal': 'read what audit events keep of a person, sealed',
  'subjects:read': 'find a person’s token, and export all that is held on them',
  'subjects:erase': 'erase a person',
  'policies:read': 'look at policies, and why a call was refused',
  'policies:write': 'change policies',
  'keys:read': 'look at API keys; never at a secret',
  'keys:write': 'make, rotate and revoke API keys',
  'tenants:read': 'look at tenants: from within one, at that one',
  'tenants:write': 'make, suspend and resume tenants',
  'metrics:read': 'look at metrics and analytics',
  'approvals:write': 'approve or refuse calls that wait for a person',
};

/** `docs/identity.md`, whole, from the tables of roles and scopes. */
export function renderRoleDocs(): string {
  const roles = Role.options;
  const rows = AccessScope.options.map((scope) => {
    const cells = [...roles.map((role) => scopesOf(role, 'acme')), scopesOf('operator', platformScope)].map((scopes) =>
      scopes.includes(scope) ? '●' : '',
    );
    return `| \`${scope}\` | ${cells.join(' | ')} | ${meanings[scope]} |`;
  });
  return `<!-- Written from packages/identity/src/render-role-docs.ts by \`npm run docs:roles\`. Do not edit by hand: a test compares. -->

# Who may do what

Whoever comes in brings an API key, or a [token](#sign-in-by-a-tenants-own-issuer) of an issuer that the tenant trusts. A key belongs to one tenant, or to the platform, has a role, and may be held to
a part of what its role may do: its scopes. Each route asks for one scope.

| scope | ${roles.join(' | ')} | platform operator | opens |
|---|${roles.map(() => ':-:').join('|')}|:-:|---|
${rows.join('\n')}

## Keys

\`\`\`
Authorization: Bearer pbk_01JD0000000000000000000000_<43 characters>
\`\`\`

The part after \`pbk_\` names the key and may be shown; the last part is its secret, 256 random bits, told once when the key is
made. What is kept of it is an HMAC under a pepper, a file that only the gateways read: a copy of the store lets nobody check a
guess, and without the file no key is taken.

A key that is rotated goes on for an overlap, by default a day and at most 30 days, while whoever holds it moves to the new
one. A key that is revoked, or whose tenant is suspended, ends within two seconds, and with it every stream that is open under
it. Whoever makes a key can give it no scope that they do not hold themselves.

A key of the platform acts for the tenant that the header \`Patchbay-Tenant\` names, request by request. From any other key,
naming another tenant than its own is refused.

The same key connects to [NATS](nats.md#an-api-key-or-a-token), where it may do what its scopes open to an agent.

## Sign-in by a tenant’s own issuer

A tenant can trust an OpenID Connect issuer, such as Keycloak, Entra ID, Auth0 or Okta. Its tokens then come in where keys do:

\`\`\`
Authorization: Bearer eyJ…
\`\`\`

\`\`\`sh
npx patchbay issuers set https://id.acme.example --audience patchbay --role admins=owner --role staff=developer
\`\`\`

or \`PUT /v1/issuers\`. A tenant trusts one at a time.

| setting | means |
|---|---|
| \`issuer\` | exactly what tokens have as \`iss\` |
| \`audience\` | what they must have in \`aud\`. No two tenants have the same of one issuer |
| \`jwks_url\` | where the issuer’s keys are; without it, where its discovery document says |
| \`role_claim\`, \`roles\` | the claim that says the role, by default \`role\`, and what its values mean. Dots lead into objects: \`realm_access.roles\`. Of several values the one that comes first in the table above counts; with none that means a role the token is refused |
| \`agent_claim\`, \`session_claim\` | claims that calls are recorded by, whatever the caller says |
| \`algorithms\` | which of RS, PS, ES and EdDSA may sign; by default \`RS256\`, \`ES256\`, \`EdDSA\`. Shared secrets never do |
| \`max_age_s\` | seconds for which a token is taken at most, by default a day |

A token must have \`iss\`, \`aud\`, \`sub\`, \`iat\` and \`exp\`; clocks may differ by ten seconds. Which tenant it is of follows from who
trusts its issuer for its audience: nothing that a token says names a tenant. Tokens that are bound to a key (\`cnf\`), and those
that are of another kind by their \`typ\`, are refused. Nobody can have a claim mean a role that may do more than they do.

An issuer’s keys are asked for through the same guard as tools’ upstreams: over https, at public addresses, without redirects,
unless the operator names its origin in \`PATCHBAY_EGRESS_TRUSTED_ORIGINS\`. They are kept for ten minutes, and asked for again
when a token names one that is not among them, at most twice a minute. While an issuer is away its keys are used for an hour;
after that, or without any, its tokens are refused.

A token ends when it says so. Before that, within two seconds and with whatever is open under it: when it is signed out
(\`patchbay issuers sign-out\`, \`POST /v1/issuers/sign-out\`: one by its \`jti\`, all of a \`subject\`, or everybody’s), when
the issuer’s settings change or it is removed, and when the tenant is suspended.
`;
}

if (import.meta.main) process.stdout.write(renderRoleDocs());
