export { formatApiKey, hashSecret, newSecret, type ParsedApiKey, parseApiKey, secretMatches } from './api-key.ts';
export { endOfKey, isUsable } from './key-life.ts';
export { actingTenant, holds, type Principal, principalOfKey } from './principal.ts';
export { platformRoles, roleScopes, scopesOf } from './roles.ts';
