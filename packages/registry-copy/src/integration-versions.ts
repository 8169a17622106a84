import {
  compareVersions,
  type Deprecation,
  type IntegrationDocument,
  type StoredIntegration,
  type Tool,
  toolNameOf,
} from '@patchbay/contracts';

/** One callable tool of one stored version. The same object for as long as that version stands unchanged. */
export interface RegisteredTool {
  /** The name agents call it by. */
  readonly name: string;
  /** Its key in `document.tools`. */
  readonly toolKey: string;
  readonly tool: Tool;
  readonly document: IntegrationDocument;
  /** `_platform` or a tenant's id. */
  readonly scope: string;
  /** SHA-256 of the document, hex: tells two registrations of one version apart in caches. */
  readonly digest: string;
  /** Set when it should be used no more. */
  readonly deprecated?: Deprecation;
}

/** One version of an integration, with its tools by callable name. */
export interface StoredVersion {
  readonly stored: StoredIntegration;
  readonly tools: ReadonlyMap<string, RegisteredTool>;
}

/** Every stored version of one integration in one scope, oldest first. Immutable: changes make a new one. */
export class IntegrationVersions {
  readonly id: string;
  readonly versions: readonly StoredVersion[];
  /** The highest version that is not retired, or null when the whole integration is retired. */
  readonly latest: StoredVersion | null;
  /** RFC 3339 time of the first registration of any version: later versions keep the integration's precedence. */
  readonly firstRegisteredAt: string;
  /** Names of any version, retired or not. */
  readonly names: ReadonlySet<string>;
  readonly #byVersion: ReadonlyMap<string, StoredVersion>;

  constructor(id: string, versions: readonly StoredVersion[]) {
    this.id = id;
    this.versions = versions.toSorted((a, b) => compareVersions(a.stored.document.version, b.stored.document.version));
    this.latest = this.versions.findLast(({ stored }) => !stored.retired) ?? null;
    this.firstRegisteredAt = versions.map(({ stored }) => stored.registered_at).sort()[0] ?? '';
    this.#byVersion = new Map(versions.map((one) => [one.stored.document.version, one]));
    this.names = new Set(versions.flatMap(({ tools }) => [...tools.keys()]));
  }

  find(version: string): StoredVersion | null {
    return this.#byVersion.get(version) ?? null;
  }

  /** What calls that name no version mean: the pinned version, else the latest. Null: it is retired, or there is none. */
  served(pin: string | undefined): StoredVersion | null {
    if (pin === undefined) return this.latest;
    const pinned = this.#byVersion.get(pin);
    return pinned === undefined || pinned.stored.retired ? null : pinned;
  }

  with(stored: StoredIntegration): IntegrationVersions {
    const others = this.versions.filter((one) => one.stored.document.version !== stored.document.version);
    return new IntegrationVersions(this.id, [...others, storedVersion(stored)]);
  }

  without(version: string): IntegrationVersions {
    return new IntegrationVersions(
      this.id,
      this.versions.filter((one) => one.stored.document.version !== version),
    );
  }
}

/**
 * Orders integrations of one scope that offer the same callable name: the one that came to the scope later first, so that
 * an operator's own document wins over the shipped catalogue; equal times fall back to the id, so that every process
 * agrees.
 */
export function byPrecedence(a: IntegrationVersions, b: IntegrationVersions): number {
  if (a.firstRegisteredAt !== b.firstRegisteredAt) return a.firstRegisteredAt > b.firstRegisteredAt ? -1 : 1;
  if (a.id === b.id) return 0;
  return a.id > b.id ? -1 : 1;
}

function storedVersion(stored: StoredIntegration): StoredVersion {
  const tools = new Map<string, RegisteredTool>();
  for (const [toolKey, tool] of Object.entries(stored.document.tools)) {
    const name = toolNameOf(stored.document, toolKey);
    // Registration refuses a name that occurs twice in a document; should one be stored all the same, the first counts.
    if (!tools.has(name))
      tools.set(name, {
        name,
        toolKey,
        tool,
        document: stored.document,
        scope: stored.scope,
        digest: stored.digest,
        ...(stored.deprecated !== undefined && { deprecated: stored.deprecated }),
      });
  }
  return { stored, tools };
}
