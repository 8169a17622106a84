import { buckets } from '@patchbay/contracts';
import type { BucketChange, Messaging } from '@patchbay/messaging';
import { type Decoded, decodeChoice, decodeEntry, decodeToolset } from './decode-entry.ts';
import { everyEntry, parseEntryKey, type RegistryAddress } from './entry-key.ts';
import { RegistryIndex } from './registry-index.ts';

/** What changed in a copy: a document, a choice or a toolset came, changed, or went. */
export type RegistryCopyChange = RegistryAddress & { readonly revision: number };

/** An entry that was left out, and why. Holds no content of it. */
export interface UnreadableEntry {
  readonly key: string;
  readonly revision: number;
  readonly reason: string;
}

export interface RegistryCopyOptions {
  readonly messaging: Pick<Messaging, 'bucket'>;
  /** Told of entries left out and of listeners that throw. The copy goes on in either case. */
  readonly onError?: (problem: UnreadableEntry | Error) => void;
}

/** A complete local copy of the registry, kept fresh by a watch on bucket `integrations`. Reads never leave the process. */
export interface RegistryCopy extends Omit<RegistryIndex, 'apply' | 'applyChoice' | 'applyToolset' | 'isNewer'> {
  /** Calls the listener after each change was applied. Returns how to stop it. */
  onChange(listener: (change: RegistryCopyChange) => void): () => void;
  /** Takes a write this process made itself before the watch brings it, so that its next answer already knows of it. */
  applyOwnWrite(change: BucketChange): void;
  /** Keys of entries that are left out as they are now. */
  readonly unreadable: readonly string[];
  close(): void;
}

/**
 * Opens a copy; resolves when it holds everything that was stored. An entry this release cannot read counts as absent and
 * is reported. The copy never goes back behind a revision it has seen: after the bucket was restored from an older
 * backup, restart the process.
 * @throws Error when the bucket does not exist or JetStream does not answer.
 */
export async function openRegistryCopy({ messaging, onError = () => {} }: RegistryCopyOptions): Promise<RegistryCopy> {
  const index = new RegistryIndex();
  const listeners = new Set<(change: RegistryCopyChange) => void>();
  const unreadable = new Set<string>();

  /** A reporter that fails must not end the watch. */
  function report(problem: UnreadableEntry | Error): void {
    try {
      onError(problem);
    } catch {
      // There is nobody left to tell.
    }
  }

  function take({ key, value, revision }: BucketChange): void {
    const address = parseEntryKey(key);
    if (address === null) {
      unreadable.add(key);
      return report({ key, revision, reason: 'the key is not one of the registry' });
    }
    if (!index.isNewer(key, revision)) return; // this process's own write, or a watch that began again
    unreadable.delete(key);
    const readable = <Stored>(decoded: Decoded<Stored> | null): Stored | null => {
      if (decoded?.ok === false) {
        unreadable.add(key);
        report({ key, revision, reason: decoded.reason });
      }
      return decoded?.ok ? decoded.stored : null;
    };
    switch (address.kind) {
      case 'document':
        index.apply(address, revision, readable(value && decodeEntry(address, value)));
        break;
      case 'choice':
        index.applyChoice(address, revision, readable(value && decodeChoice(address, value)));
        break;
      case 'toolset':
        index.applyToolset(address, revision, readable(value && decodeToolset(address, value)));
    }
    for (const listener of listeners) {
      try {
        listener({ ...address, revision });
      } catch (error) {
        report(error instanceof Error ? error : new Error('a listener of the registry copy failed'));
      }
    }
  }

  const watch = await (await messaging.bucket(buckets.integrations.name)).watch(everyEntry, take);
  return {
    get generation() {
      return index.generation;
    },
    get revision() {
      return index.revision;
    },
    get unreadable() {
      return [...unreadable];
    },
    resolve: (tenant, name, version) => index.resolve(tenant, name, version),
    visibleTools: (tenant) => index.visibleTools(tenant),
    hasOwnView: (tenant) => index.hasOwnView(tenant),
    integration: (scope, id) => index.integration(scope, id),
    integrationIds: (scope) => index.integrationIds(scope),
    served: (scope, id) => index.served(scope, id),
    installed: (scope, id) => index.installed(scope, id),
    choice: (scope, id) => index.choice(scope, id),
    choices: (scope) => index.choices(scope),
    offering: (scope, name) => index.offering(scope, name),
    toolset: (scope, name) => index.toolset(scope, name),
    toolsets: (scope) => index.toolsets(scope),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    applyOwnWrite: take,
    close() {
      listeners.clear();
      watch.unsubscribe();
    },
  };
}
