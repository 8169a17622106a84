import type { StoredIntegration } from '@patchbay/contracts';
import { byPrecedence, IntegrationVersions, type RegisteredTool } from './integration-versions.ts';

/**
 * The documents of one scope and, worked out at every change, which tool each name means. Reads are map lookups.
 *
 * A name belongs to the first integration by precedence that is not wholly retired and offers it. A version that is
 * pinned is looked for in the same order, and a retired one found there ends the search: a call pinned to what an
 * operator withdrew must not reach another integration that happens to use the same name and number.
 */
export class ScopeIndex {
  readonly #integrations = new Map<string, IntegrationVersions>();
  readonly #offeredBy = new Map<string, Set<string>>();
  readonly #latest = new Map<string, RegisteredTool>();
  /** Name, then version. Null: that version is retired. */
  readonly #pinned = new Map<string, Map<string, RegisteredTool | null>>();

  put(stored: StoredIntegration): void {
    const id = stored.document.id;
    const before = this.#integrations.get(id) ?? new IntegrationVersions(id, []);
    this.#replace(before, before.with(stored));
  }

  remove(id: string, version: string): void {
    const before = this.#integrations.get(id);
    if (before !== undefined) this.#replace(before, before.without(version));
  }

  integration(id: string): IntegrationVersions | null {
    return this.#integrations.get(id) ?? null;
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

  /** Integrations whose latest version offers the name; the first one answers it. */
  offering(name: string): IntegrationVersions[] {
    return this.#live(name).filter((one) => one.latest?.tools.has(name));
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
    const live = this.#live(name);
    const latest = live.find((one) => one.latest?.tools.has(name))?.latest?.tools.get(name);
    if (latest === undefined) this.#latest.delete(name);
    else this.#latest.set(name, latest);

    const pinned = new Map<string, RegisteredTool | null>();
    for (const { versions } of live) {
      for (const { stored, tools } of versions) {
        const tool = tools.get(name);
        const version = stored.document.version;
        if (tool !== undefined && !pinned.has(version)) pinned.set(version, stored.retired ? null : tool);
      }
    }
    if (pinned.size === 0) this.#pinned.delete(name);
    else this.#pinned.set(name, pinned);
  }

  /** Integrations that offer the name in any version and are not wholly retired, by precedence. */
  #live(name: string): IntegrationVersions[] {
    const ids = [...(this.#offeredBy.get(name) ?? [])];
    const all = ids.map((id) => this.#integrations.get(id) as IntegrationVersions);
    return all.filter((one) => one.latest !== null).sort(byPrecedence);
  }
}
