import type { StoredChoice, StoredIntegration } from '@patchbay/contracts';
import { byPrecedence, IntegrationVersions, type RegisteredTool } from './integration-versions.ts';
import { ScopeChoices } from './scope-choices.ts';

const none: readonly IntegrationVersions[] = [];

/**
 * The documents of one scope, what it says about integrations and, worked out at every change, which tool each name means
 * by that. Reads are map lookups.
 *
 * A name belongs to the first integration by precedence that is installed, not wholly retired, and offers it in the version
 * it serves. A version that a call names is looked for in the same order, and a retired one found there ends the search: a
 * call pinned to what an operator withdrew must not reach another integration that happens to use the same name and number.
 */
export class ScopeIndex {
  readonly choices = new ScopeChoices();
  readonly #isPlatform: boolean;
  readonly #integrations = new Map<string, IntegrationVersions>();
  readonly #offeredBy = new Map<string, Set<string>>();
  readonly #candidates = new Map<string, readonly IntegrationVersions[]>();
  readonly #latest = new Map<string, RegisteredTool>();
  /** Name, then version. Null: that version is retired. */
  readonly #pinned = new Map<string, Map<string, RegisteredTool | null>>();

  /** What a scope says of every integration concerns the platform's; a tenant's own are there because it brought them. */
  constructor(isPlatform: boolean) {
    this.#isPlatform = isPlatform;
  }

  put(stored: StoredIntegration): void {
    const id = stored.document.id;
    const before = this.#integrations.get(id) ?? new IntegrationVersions(id, []);
    this.#replace(before, before.with(stored));
  }

  remove(id: string, version: string): void {
    const before = this.#integrations.get(id);
    if (before !== undefined) this.#replace(before, before.without(version));
  }

  choose(integration: string | null, choice: StoredChoice | null): void {
    this.choices.put(integration, choice);
    const concerned =
      integration === null ? this.#offeredBy.keys() : (this.#integrations.get(integration)?.names ?? []);
    for (const name of concerned) this.#settle(name);
  }

  integration(id: string): IntegrationVersions | null {
    return this.#integrations.get(id) ?? null;
  }

  ids(): Iterable<string> {
    return this.#integrations.keys();
  }

  latest(name: string): RegisteredTool | undefined {
    return this.#latest.get(name);
  }

  /** Null when the version is retired, undefined when there is none. */
  pinned(name: string, version: string): RegisteredTool | null | undefined {
    return this.#pinned.get(name)?.get(version);
  }

  latestTools(): Iterable<RegisteredTool> {
    return this.#latest.values();
  }

  /** Integrations that offer the name in any version and are not wholly retired, by precedence, whatever the scope says. */
  candidates(name: string): readonly IntegrationVersions[] {
    return this.#candidates.get(name) ?? none;
  }

  /** Every name that has candidates. */
  names(): Iterable<string> {
    return this.#candidates.keys();
  }

  /** Integrations whose latest version offers the name; the first one answers it. */
  offering(name: string): IntegrationVersions[] {
    return this.candidates(name).filter((one) => one.latest?.tools.has(name));
  }

  #replace(before: IntegrationVersions, after: IntegrationVersions): void {
    if (after.versions.length > 0) this.#integrations.set(after.id, after);
    else this.#integrations.delete(after.id);
    for (const name of new Set([...before.names, ...after.names])) {
      const offeredBy = this.#offeredBy.get(name) ?? new Set();
      if (after.names.has(name)) this.#offeredBy.set(name, offeredBy.add(after.id));
      else if (offeredBy.delete(after.id) && offeredBy.size === 0) this.#offeredBy.delete(name);
      this.#settle(name);
    }
  }

  #settle(name: string): void {
    const candidates = this.#live(name);
    if (candidates.length === 0) this.#candidates.delete(name);
    else this.#candidates.set(name, candidates);

    const installed = candidates.filter(({ id }) => this.#installs(id));
    let latest: RegisteredTool | undefined;
    const pinned = new Map<string, RegisteredTool | null>();
    for (const integration of installed) {
      latest ??= integration.served(this.choices.pinOf(integration.id))?.tools.get(name);
      for (const { stored, tools } of integration.versions) {
        const tool = tools.get(name);
        const version = stored.document.version;
        if (tool !== undefined && !pinned.has(version)) pinned.set(version, stored.retired ? null : tool);
      }
    }
    if (latest === undefined) this.#latest.delete(name);
    else this.#latest.set(name, latest);
    if (pinned.size === 0) this.#pinned.delete(name);
    else this.#pinned.set(name, pinned);
  }

  #installs(id: string): boolean {
    return (this.#isPlatform ? this.choices.installs(id) : this.choices.of(id)?.installed) ?? true;
  }

  #live(name: string): IntegrationVersions[] {
    const ids = [...(this.#offeredBy.get(name) ?? [])];
    const all = ids.map((id) => this.#integrations.get(id) as IntegrationVersions);
    return all.filter((one) => one.latest !== null).sort(byPrecedence);
  }
}
