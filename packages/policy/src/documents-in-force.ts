import { type PolicyDocument, platformScope } from '@patchbay/contracts';
import { builtInDefault, defaultName } from './built-in.ts';

/**
 * The documents that hold for a scope, of all newest versions there are: the platform's and its own. `default` is the one
 * name that a tenant's document takes over; whatever else the platform says, no tenant can take away.
 */
export function documentsInForce(newest: readonly PolicyDocument[], scope: string): PolicyDocument[] {
  const live = newest.filter(({ text }) => text !== null);
  const own = live.filter((document) => document.scope === scope);
  const platform = scope === platformScope ? [] : live.filter((document) => document.scope === platformScope);
  const byDefault =
    own.find(({ name }) => name === defaultName) ?? platform.find(({ name }) => name === defaultName) ?? builtInDefault;
  const others = [...platform, ...own].filter(({ name }) => name !== defaultName);
  return [byDefault, ...others.sort((a, b) => order(a).localeCompare(order(b)))];
}

function order({ scope, name }: PolicyDocument): string {
  return `${scope === platformScope ? '0' : '1'} ${name}`;
}
