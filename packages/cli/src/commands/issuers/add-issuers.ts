import { type IssuerSettingsInput, Role, TokenAlgorithm } from '@patchbay/contracts';
import type { Command } from 'commander';
import { defineCommand, defineGroup, type Run } from '../../define-command.ts';
import { UsageError } from '../../failures.ts';
import { nameValue } from '../../input/name-value.ts';
import { parseSpan } from '../../input/time.ts';
import { renderIssuers } from '../../render/issuers.ts';

export function addIssuers(program: Command, run: Run): void {
  const issuers = defineGroup(program, 'issuers', 'Manage sign-in by tokens of a tenant’s own OpenID Connect issuer');
  addSet(issuers, run);
  addList(issuers, run);
  addRemove(issuers, run);
  addSignOut(issuers, run);
}

interface SetOptions {
  readonly audience: string;
  readonly role: Readonly<Record<string, string>>;
  readonly roleClaim?: string;
  readonly agentClaim?: string;
  readonly sessionClaim?: string;
  readonly jwks?: string;
  readonly algorithms?: string;
  readonly maxAge?: string;
}

function addSet(parent: Command, run: Run): void {
  defineCommand<[string], SetOptions>(parent, run, {
    name: 'set <issuer>',
    summary: 'Take the tokens of an issuer, in the place of the one before',
    description:
      'Take the tokens of an OpenID Connect issuer, in the place of the one before. It is asked for its keys at once. Which tokens are taken: docs/identity.md.',
    examples: [
      'patchbay issuers set https://id.acme.example --audience patchbay --role admins=owner --role staff=developer',
      'patchbay issuers set https://id.acme.example/realms/x --audience patchbay --role-claim realm_access.roles --role bots=agent --agent-claim azp',
    ],
    configure: (command) =>
      command
        .requiredOption('--audience <text>', 'what its tokens must be for')
        .option('--role <value=role>', 'what a value of the role claim means; several times', nameValue, {})
        .option('--role-claim <name>', 'the claim that says the role (default: role)')
        .option('--agent-claim <name>', 'the claim that says which agent calls are recorded as made by')
        .option('--session-claim <name>', 'the claim that says the session calls are held to')
        .option('--jwks <url>', 'where its keys are (default: where its discovery document says)')
        .option('--algorithms <list>', 'comma list of those it may sign with (default: RS256,ES256,EdDSA)')
        .option('--max-age <span>', 'how long a token is taken at most (default: 24h)'),
    async run(context, options, issuer) {
      const admin = await context.admin();
      const result = await admin.issuers.set(settingsOf(issuer, options));
      const done = context.style.good(result.created ? 'trusted' : 'changed');
      context.show(result, () => `${done}  ${context.style.name(result.issuer.tenant)}  ${issuer}`);
      return undefined;
    },
  });
}

function addList(parent: Command, run: Run): void {
  defineCommand<[], { readonly all?: boolean }>(parent, run, {
    name: 'list',
    summary: 'Show the issuer that the tenant trusts',
    examples: ['patchbay issuers list', 'patchbay issuers list --all --json'],
    configure: (command) => command.option('--all', "every tenant's"),
    async run(context, { all }) {
      const issuers = await (await context.admin()).issuers.list(all ? { tenant: null } : {});
      context.show({ issuers }, () =>
        issuers.length === 0
          ? 'No issuer is trusted. Set one: patchbay issuers set <issuer> --audience <text> --role <value=role>'
          : renderIssuers(issuers, context),
      );
      return undefined;
    },
  });
}

function addRemove(parent: Command, run: Run): void {
  defineCommand<[], object>(parent, run, {
    name: 'remove',
    summary: 'Take no tokens of the tenant’s issuer any more, and end what is open under them',
    examples: ['patchbay issuers remove --tenant acme'],
    async run(context) {
      const issuer = await (await context.admin()).issuers.remove();
      context.show({ issuer }, () => `${context.style.good('removed')}  ${issuer.tenant}  ${issuer.issuer}`);
      return undefined;
    },
  });
}

interface SignOutOptions {
  readonly jti?: string;
  readonly subject?: string;
  readonly everybody?: boolean;
}

function addSignOut(parent: Command, run: Run): void {
  defineCommand<[], SignOutOptions>(parent, run, {
    name: 'sign-out',
    summary: 'Take a token no more, or all of a subject or of everybody, and end what is open under them',
    examples: ['patchbay issuers sign-out --subject ada', 'patchbay issuers sign-out --everybody'],
    configure: (command) =>
      command
        .option('--jti <id>', 'the token with this id')
        .option('--subject <sub>', 'every token that this subject has')
        .option('--everybody', 'every token that there is'),
    async run(context, { jti, subject, everybody }) {
      if ([jti, subject, everybody].filter((one) => one !== undefined).length !== 1)
        throw new UsageError('Say whom to sign out: one of --jti, --subject or --everybody.');
      const issuer = await (await context.admin()).issuers.signOut({
        ...(jti !== undefined && { jti }),
        ...(subject !== undefined && { subject }),
      });
      context.show({ issuer }, () => `${context.style.good('signed out')}  ${jti ?? subject ?? 'everybody'}`);
      return undefined;
    },
  });
}

/** @throws UsageError */
function settingsOf(issuer: string, options: SetOptions): IssuerSettingsInput {
  const roles = Object.fromEntries(
    Object.entries(options.role).map(([value, text]) => {
      const role = Role.safeParse(text);
      if (role.success) return [value, role.data];
      throw new UsageError(`--role ${value}=${text}: '${text}' is none of ${Role.options.join(', ')}.`);
    }),
  );
  if (Object.keys(roles).length === 0)
    throw new UsageError('Say what a value of the role claim means: --role staff=developer.');
  return {
    issuer,
    audience: options.audience,
    roles,
    ...(options.roleClaim !== undefined && { role_claim: options.roleClaim }),
    ...(options.agentClaim !== undefined && { agent_claim: options.agentClaim }),
    ...(options.sessionClaim !== undefined && { session_claim: options.sessionClaim }),
    ...(options.jwks !== undefined && { jwks_url: options.jwks }),
    ...(options.algorithms !== undefined && { algorithms: readAlgorithms(options.algorithms) }),
    ...(options.maxAge !== undefined && { max_age_s: Math.floor(parseSpan('--max-age', options.maxAge) / 1_000) }),
  };
}

/** @throws UsageError */
function readAlgorithms(list: string): TokenAlgorithm[] {
  return list.split(',').map((text) => {
    const algorithm = TokenAlgorithm.safeParse(text.trim());
    if (algorithm.success) return algorithm.data;
    throw new UsageError(`--algorithms: '${text.trim()}' is none of ${TokenAlgorithm.options.join(', ')}.`);
  });
}
