import { platformScope, type StoredChoice, type StoredIntegration, type StoredToolset } from '@patchbay/contracts';
import { chosenTool, chosenVersion, installedFor, type SaidBy } from './chosen-tools.ts';
import {
  type ChoiceAddress,
  choiceKeyOf,
  type EntryAddress,
  entryKeyOf,
  type ToolsetAddress,
  toolsetKeyOf,
} from './entry-key.ts';
import type { IntegrationVersions, RegisteredTool, StoredVersion } from './integration-versions.ts';
import { ScopeIndex } from './scope-index.ts';

interface VisibleTools {
  readonly generation: number;
  readonly tools: readonly RegisteredTool[];
}

/**
 * All stored documents, what scopes say of integrations, toolsets, and what each tenant's names mean by all that. No I/O
 * and no clock: its answers follow from the newest entry of each key alone, in whatever order and however often entries
 * arrive.
 */
export class RegistryIndex {
  readonly #platform = new ScopeIndex(true);
  /** Of tenants with documents or choices of their own. */
  readonly #tenants = new Map<string, ScopeIndex>();
  readonly #toolsets = new Map<string, Map<string, StoredToolset>>();
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

  /** Whether a revision of the key is newer than any applied. */
  isNewer(key: string, revision: number): boolean {
    return revision > (this.#revisions.get(key) ?? 0);
  }

  /** Takes a document; null when there is none (any more) or it cannot be read. False when a newer one was seen before. */
  apply(address: EntryAddress, revision: number, stored: StoredIntegration | null): boolean {
    if (!this.#take(entryKeyOf(address), revision)) return false;
    if (stored === null) this.#scope(address.scope)?.remove(address.integration, address.version);
    else this.#scopeToChange(address.scope).put(stored);
    return true;
  }

  /** Takes what a scope says of an integration, as `apply` takes a document. */
  applyChoice(address: ChoiceAddress, revision: number, choice: StoredChoice | null): boolean {
    if (!this.#take(choiceKeyOf(address), revision)) return false;
    this.#scopeToChange(address.scope).choose(address.integration, choice);
    return true;
  }

  /** Takes a toolset, as `apply` takes a document. */
  applyToolset(address: ToolsetAddress, revision: number, toolset: StoredToolset | null): boolean {
    if (!this.#take(toolsetKeyOf(address), revision)) return false;
    const ofScope = this.#toolsets.get(address.scope) ?? new Map<string, StoredToolset>();
    if (toolset === null || toolset.removed) ofScope.delete(address.name);
    else this.#toolsets.set(address.scope, ofScope.set(address.name, toolset));
    return true;
  }

  /**
   * The tool a tenant means by a name: the tenant's own over the platform's, among the integrations that are installed for
   * it. Without `version` the pinned one, else the latest that is not retired; with it exactly that one. Null when there is
   * none or it is retired. A few map lookups, and nothing is allocated.
   */
  resolve(tenant: string, name: string, version?: string): RegisteredTool | null {
    const own = this.#tenants.get(tenant);
    if (version === undefined) {
      if (own === undefined) return this.#platform.latest(name) ?? null;
      return own.latest(name) ?? this.#ofPlatform(own, name, undefined) ?? null;
    }
    if (own === undefined) return this.#platform.pinned(name, version) ?? null;
    const pinned = own.pinned(name, version);
    return (pinned === undefined ? this.#ofPlatform(own, name, version) : pinned) ?? null;
  }

  /** Every tool the tenant can call when it names no version, by name. The same array until something changes. */
  visibleTools(tenant: string): readonly RegisteredTool[] {
    // Tenants without a word or a document of their own share the platform's list: there may be a great many of them.
    const own = this.#tenants.get(tenant);
    const owner = own === undefined ? platformScope : tenant;
    const known = this.#visible.get(owner);
    if (known?.generation === this.#generation) return known.tools;
    const byName = new Map<string, RegisteredTool>();
    for (const tool of this.#platformTools(own)) byName.set(tool.name, tool);
    for (const tool of own?.latestTools() ?? []) byName.set(tool.name, tool);
    const tools = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#visible.set(owner, { generation: this.#generation, tools });
    return tools;
  }

  /** Whether the tenant has documents or choices of its own, so that its names may mean something else than the platform's. */
  hasOwnView(tenant: string): boolean {
    return this.#tenants.has(tenant);
  }

  /** Every stored version of an integration in a scope, retired ones too. */
  integration(scope: string, id: string): IntegrationVersions | null {
    return this.#scope(scope)?.integration(id) ?? null;
  }

  /** Ids of every integration of a scope, retired ones too. */
  integrationIds(scope: string): string[] {
    return [...(this.#scope(scope)?.ids() ?? [])];
  }

  /**
   * The version that calls in the scope mean when they name none, whether the integration is installed or not: of the
   * scope's own document, else the platform's. Null: there is none, or it is retired.
   */
  served(scope: string, id: string): StoredVersion | null {
    const own = scope === platformScope ? undefined : this.#tenants.get(scope);
    const ownIntegration = own?.integration(id);
    if (own !== undefined && ownIntegration != null) {
      const served = ownIntegration.served(own.choices.pinOf(id));
      if (served !== null) return served;
    }
    const integration = this.#platform.integration(id);
    return integration === null ? null : chosenVersion(own, this.#platform, integration);
  }

  /** Whether the scope's tenants see the platform's integration, and who says so; null: one that nobody speaks of. */
  installed(scope: string, id: string | null): { readonly installed: boolean; readonly saidBy: SaidBy } {
    return installedFor(scope === platformScope ? undefined : this.#tenants.get(scope), this.#platform, id);
  }

  /** What the scope says of the integration; null: of every one. */
  choice(scope: string, id: string | null): StoredChoice | null {
    return this.choices(scope).find(({ integration }) => integration === id) ?? null;
  }

  /** Everything the scope says. */
  choices(scope: string): StoredChoice[] {
    return this.#scope(scope)?.choices.all() ?? [];
  }

  /** Integrations of the scope whose latest version offers the name; the first one answers it. */
  offering(scope: string, name: string): IntegrationVersions[] {
    return this.#scope(scope)?.offering(name) ?? [];
  }

  /** The toolset that a scope means by a name: its own, else the platform's. */
  toolset(scope: string, name: string): StoredToolset | null {
    return this.#toolsets.get(scope)?.get(name) ?? this.#toolsets.get(platformScope)?.get(name) ?? null;
  }

  /** Every toolset that a scope can name, by name. */
  toolsets(scope: string): StoredToolset[] {
    const all = new Map([...(this.#toolsets.get(platformScope) ?? []), ...(this.#toolsets.get(scope) ?? [])]);
    return [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #ofPlatform(own: ScopeIndex, name: string, version: string | undefined): RegisteredTool | null | undefined {
    if (!own.choices.isEmpty) return chosenTool(own, this.#platform, name, version);
    return version === undefined ? this.#platform.latest(name) : this.#platform.pinned(name, version);
  }

  *#platformTools(own: ScopeIndex | undefined): Iterable<RegisteredTool> {
    if (own === undefined || own.choices.isEmpty) return yield* this.#platform.latestTools();
    for (const name of this.#platform.names()) {
      const tool = chosenTool(own, this.#platform, name, undefined);
      if (tool != null) yield tool;
    }
  }

  #take(key: string, revision: number): boolean {
    if (!this.isNewer(key, revision)) return false;
    this.#revisions.set(key, revision);
    this.#revision = Math.max(this.#revision, revision);
    this.#generation++;
    return true;
  }

  #scope(scope: string): ScopeIndex | undefined {
    return scope === platformScope ? this.#platform : this.#tenants.get(scope);
  }

  #scopeToChange(name: string): ScopeIndex {
    const known = this.#scope(name);
    if (known !== undefined) return known;
    const scope = new ScopeIndex(false);
    this.#tenants.set(name, scope);
    return scope;
  }
}
