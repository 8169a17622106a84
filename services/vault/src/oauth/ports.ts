import type { IntegrationDocument, OAuthClient, OAuthClientInfo } from '@patchbay/contracts';

/** Integration documents as the registry has them. */
export interface Documents {
  /** The latest one that the tenant means by the id: its own, else the platform's. Null when there is none. */
  find(tenant: string, integration: string): { readonly scope: string; readonly document: IntegrationDocument } | null;
}

/** Every method throws PatchbayError `vault_unavailable` when the store or the key service does not answer. */
export interface OAuthClients {
  get(scope: string, integration: string): Promise<OAuthClient | null>;
  set(scope: string, integration: string, client: OAuthClient): Promise<OAuthClientInfo>;
  /** False when there was none. */
  remove(scope: string, integration: string): Promise<boolean>;
}

/** Who refreshes a connection, and how the last try ended. Times are Unix milliseconds. */
export interface RefreshRecord {
  /** Until when the holder may be at it; 0 when nobody is. */
  readonly held_until: number;
  /** Tries in a row that gave no token. */
  readonly failures: number;
  /** No further try before this. */
  readonly retry_at: number;
}

/** Records with compare-and-set. Every method throws PatchbayError `vault_unavailable`. */
export interface RefreshRecords {
  get(tenant: string, connection: string): Promise<{ value: RefreshRecord; revision: number } | null>;
  /** The new revision, or null when another was first. `revision` null: there is no record yet. */
  set(tenant: string, connection: string, value: RefreshRecord, revision: number | null): Promise<number | null>;
}
