import { platformScope, type StoredIntegration } from '@patchbay/contracts';
import { type EntryAddress, entryKeyOf } from './entry-key.ts';
import type { IntegrationVersions, RegisteredTool } from './integration-versions.ts';
import { ScopeIndex } from './scope-index.ts';

interface VisibleTools {
  readonly generation: number;
  readonly tools: readonly RegisteredTool[];
}

/**
 * All stored documents and what each tenant's names mean. No I/O and no clock: its answers follow from the newest entry of
 * each key alone, in whatever order and however often entries arrive.
 */
export class RegistryIndex {
  readonly #scopes = new Map<string, ScopeIndex>();
  /** The newest revision seen of each key, deletions included: an older one that arrives late changes nothing. */
  readonly #revisions = new Map<string, number>();
  readonly #visible = new Map<string, VisibleTools>();
  #generation = 0;
  #revision = 0;

  /** Grows with every change, so that what was derived from the index can tell whether it is out of date. */
  get generation(): number {
    return this.#generation;
  }

  /** The newest bucket revision applied. */
  get revision(): number {
    return this.#revision;
  }

  /** Whether a revision of the address is newer than any applied. */
  isNewer(address: EntryAddress, revision: number): boolean {
    return revision > (this.#revisions.get(entryKeyOf(address)) ?? 0);
  }

  /** Takes an entry; null when there is none (any more) or it cannot be read. False when a newer one was seen before. */
  apply(address: EntryAddress, revision: number, stored: StoredIntegration | null): boolean {
    if (!this.isNewer(address, revision)) return false;
    this.#revisions.set(entryKeyOf(address), revision);
    this.#revision = Math.max(this.#revision, revision);
    this.#generation++;
    if (stored === null) {
      this.#scopes.get(address.scope)?.remove(address.integration, address.version);
      return true;
    }
    let scope = this.#scopes.get(address.scope);
    if (scope === undefined) {
      scope = new ScopeIndex();
      this.#scopes.set(address.scope, scope);
    }
    scope.put(stored);
    return true;
  }

  /**
   * The tool a tenant means by a name: the tenant's own over the platform's. Without `version` the latest one that is not
   * retired; with it exactly that one. Null when there is none or it is retired. Two map lookups or four.
   */
  resolve(tenant: string, name: string, version?: string): RegisteredTool | null {
    const own = this.#scopes.get(tenant);
    const platform = this.#scopes.get(platformScope);
    if (version === undefined) return own?.latest(name) ?? platform?.latest(name) ?? null;
    const pinned = own?.pinned(name, version);
    if (pinned !== undefined) return pinned;
    return platform?.pinned(name, version) ?? null;
  }

  /** Every tool the tenant can call at its latest version, by name. The same array until something changes. */
  visibleTools(tenant: string): readonly RegisteredTool[] {
    // Tenants without documents of their own share the platform's list: there may be a great many of them.
    const owner = this.#scopes.has(tenant) ? tenant : platformScope;
    const known = this.#visible.get(owner);
    if (known?.generation === this.#generation) return known.tools;
    const byName = new Map<string, RegisteredTool>();
    for (const scope of new Set([platformScope, owner])) {
      for (const tool of this.#scopes.get(scope)?.latestTools() ?? []) byName.set(tool.name, tool);
    }
    const tools = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#visible.set(owner, { generation: this.#generation, tools });
    return tools;
  }

  /** Whether the scope holds documents of its own, so that its names may mean something else than the platform's. */
  hasOwnDocuments(scope: string): boolean {
    return this.#scopes.has(scope);
  }

  /** Every stored version of an integration in a scope, retired ones too. */
  integration(scope: string, id: string): IntegrationVersions | null {
    return this.#scopes.get(scope)?.integration(id) ?? null;
  }

  /** Integrations of the scope whose latest version offers the name; the first one answers it. */
  offering(scope: string, name: string): IntegrationVersions[] {
    return this.#scopes.get(scope)?.offering(name) ?? [];
  }
}
