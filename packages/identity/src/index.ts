export { formatApiKey, hashSecret, newSecret, type ParsedApiKey, parseApiKey, secretMatches } from './api-key.ts';
export { endOfKey, isUsable } from './key-life.ts';
export { type NatsPrincipal, natsInboxNameOf, natsUserOf, principalOfNatsUser } from './nats-user.ts';
export { actingTenant, actorOf, holds, nameOf, type Principal, principalOfKey, type TokenFacts } from './principal.ts';
export { platformRoles, roleScopes, scopesOf } from './roles.ts';
export { isSignedOut, livingSignOuts, type SignedInToken } from './sign-outs.ts';
