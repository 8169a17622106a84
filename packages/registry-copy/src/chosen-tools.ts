import type { IntegrationVersions, RegisteredTool, StoredVersion } from './integration-versions.ts';
import type { ScopeIndex } from './scope-index.ts';

/** Whose word it is that an integration is installed or not. */
export type SaidBy = 'tenant' | 'tenant_default' | 'platform' | 'platform_default' | 'nobody';

/** Whether a tenant sees an integration of the platform: its own word goes before the platform's. */
export function installedFor(
  own: ScopeIndex | undefined,
  platform: ScopeIndex,
  id: string | null,
): { readonly installed: boolean; readonly saidBy: SaidBy } {
  const words = [
    ['tenant', id === null ? undefined : own?.choices.of(id)?.installed],
    ['tenant_default', own?.choices.installedByDefault],
    ['platform', id === null ? undefined : platform.choices.of(id)?.installed],
    ['platform_default', platform.choices.installedByDefault],
  ] as const;
  const said = words.find(([, installed]) => installed !== undefined);
  return { installed: said?.[1] ?? true, saidBy: said?.[0] ?? 'nobody' };
}

/**
 * The platform's tool that a name means for a tenant that says something of integrations. Without `version` the one that is
 * served; with it exactly that, null when it is retired. Undefined: none. It allocates nothing: it is on the way of every
 * call of such a tenant, and a name has one candidate nearly always.
 */
export function chosenTool(
  own: ScopeIndex,
  platform: ScopeIndex,
  name: string,
  version: string | undefined,
): RegisteredTool | null | undefined {
  const candidates = platform.candidates(name);
  for (let i = 0; i < candidates.length; i++) {
    const integration = candidates[i] as IntegrationVersions;
    if (!(own.choices.installs(integration.id) ?? platform.choices.installs(integration.id) ?? true)) continue;
    if (version === undefined) {
      const tool = chosenVersion(own, platform, integration)?.tools.get(name);
      if (tool !== undefined) return tool;
    } else {
      const found = integration.find(version);
      const tool = found?.tools.get(name);
      if (found != null && tool !== undefined) return found.stored.retired ? null : tool;
    }
  }
  return undefined;
}

/** A tenant's pin concerns its own document of that id where it has one, else the platform's. */
export function chosenVersion(
  own: ScopeIndex | undefined,
  platform: ScopeIndex,
  integration: IntegrationVersions,
): StoredVersion | null {
  const pin = own?.choices.pinOf(integration.id);
  const concernsOwn = pin !== undefined && own?.integration(integration.id) != null;
  return integration.served(pin === undefined || concernsOwn ? platform.choices.pinOf(integration.id) : pin);
}
