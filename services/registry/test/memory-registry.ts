import {
  PatchbayError,
  type RegisterRequest,
  type RegistryChanged,
  type RetireRequest,
  type StoredChoice,
  type StoredIntegration,
  type StoredToolset,
} from '@patchbay/contracts';
import { choiceKeyOf, type EntryAddress, entryKeyOf, RegistryIndex, toolsetKeyOf } from '@patchbay/registry-copy';
import type { AuditEntry, Caller, DocumentStore, EntryStore } from '../src/operations/ports.ts';
import { registerIntegration } from '../src/operations/register-integration.ts';
import { retireIntegration } from '../src/operations/retire-integration.ts';

export const admin: Caller = { actor: { kind: 'admin', id: 'admin' }, traceId: null };

/** A store in memory that several replicas may share, each with its own copy. */
export class MemoryStore {
  readonly entries = new Map<string, { stored: StoredIntegration; revision: number }>();
  /** Runs before each write, so that a test can be the other writer. */
  beforeWrite: () => void = () => {};
  #revision = 0;

  set(stored: StoredIntegration): number {
    this.entries.set(keyOf(stored), { stored, revision: ++this.#revision });
    return this.#revision;
  }

  portFor(copy: RegistryIndex): DocumentStore {
    const apply = (address: EntryAddress, revision: number, stored: StoredIntegration) =>
      copy.apply(address, revision, stored);
    return {
      read: async (address) => {
        const entry = this.entries.get(entryKeyOf(address)) ?? null;
        if (entry !== null) apply(address, entry.revision, entry.stored);
        return entry;
      },
      create: async (stored) => {
        this.beforeWrite();
        if (this.entries.has(keyOf(stored))) return false;
        apply(addressOf(stored), this.set(stored), stored);
        return true;
      },
      replace: async (stored, revision) => {
        this.beforeWrite();
        if (this.entries.get(keyOf(stored))?.revision !== revision) return false;
        apply(addressOf(stored), this.set(stored), stored);
        return true;
      },
    };
  }
}

/** Entries that are no documents, in memory. */
function memoryEntries<Address, Stored>(
  keyOf: (address: Address) => string,
  addressOf: (stored: Stored) => Address,
  apply: (address: Address, revision: number, stored: Stored) => void,
): EntryStore<Address, Stored> {
  const entries = new Map<string, { stored: Stored; revision: number }>();
  let revision = 0;
  const set = (stored: Stored) => {
    entries.set(keyOf(addressOf(stored)), { stored, revision: ++revision });
    apply(addressOf(stored), revision, stored);
    return true;
  };
  return {
    read: async (address) => entries.get(keyOf(address)) ?? null,
    create: async (stored) => !entries.has(keyOf(addressOf(stored))) && set(stored),
    replace: async (stored, at) => entries.get(keyOf(addressOf(stored)))?.revision === at && set(stored),
  };
}

/** The registry's operations over real copies and a store in memory, with what they recorded and announced. */
export function memoryRegistry({
  store = new MemoryStore(),
  catalogue = ['slack'],
}: {
  store?: MemoryStore;
  catalogue?: readonly string[];
} = {}) {
  const documents = new RegistryIndex();
  const audit: AuditEntry[] = [];
  const announced: RegistryChanged[] = [];
  const reports: string[] = [];
  const clock = { now: Date.parse('2026-03-01T00:00:00.000Z') };
  /** Names outcomes of audit entries that are refused by the sink. */
  const failing = new Set<string>();
  const ports = {
    documents,
    store: store.portFor(documents),
    choices: memoryEntries(
      choiceKeyOf,
      (choice: StoredChoice) => choice,
      (address, revision, choice) => documents.applyChoice(address, revision, choice),
    ),
    toolsets: memoryEntries(
      toolsetKeyOf,
      (toolset: StoredToolset) => toolset,
      (address, revision, toolset) => documents.applyToolset(address, revision, toolset),
    ),
    recordAudit: async (entry: AuditEntry) => {
      if (failing.has(entry.data.outcome)) throw new PatchbayError('audit_unavailable');
      audit.push(entry);
    },
    announce: (change: RegistryChanged) => announced.push(change),
    report: (_level: string, message: string) => reports.push(message),
    isCatalogue: (id: string) => catalogue.includes(id),
    now: () => {
      clock.now += 1_000;
      return new Date(clock.now);
    },
  };
  const registerPort = registerIntegration(ports);
  const retirePort = retireIntegration(ports);
  return {
    ...ports,
    memory: store,
    audit,
    announced,
    latencyOf: () => undefined,
    reports,
    failing,
    registerOperation: registerPort,
    retireOperation: retirePort,
    ports,
    register: (document: unknown, request: Partial<RegisterRequest> = {}) =>
      registerPort({ scope: '_platform', dry_run: false, document, ...request }, admin),
    retire: (integration: string, request: Partial<RetireRequest> = {}) =>
      retirePort({ scope: '_platform', integration, ...request }, admin),
    /** `type outcome` of each audit entry. */
    audited: () => audit.map(({ type, data }) => `${type.replace('dev.patchbay.registry.', '')} ${data.outcome}`),
  };
}

function addressOf({ scope, document }: StoredIntegration): EntryAddress {
  return { scope, integration: document.id, version: document.version };
}

function keyOf(stored: StoredIntegration): string {
  return entryKeyOf(addressOf(stored));
}
