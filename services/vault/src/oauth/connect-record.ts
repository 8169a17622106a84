import type { OAuthGrant, StoredCredential } from '@patchbay/contracts';

/** A connect on its way. Nothing in it can finish it: states and cookies are kept as hashes, device codes encrypted. */
export interface ConnectRecord {
  readonly id: string;
  readonly tenant: string;
  readonly integration: string;
  readonly grant: OAuthGrant;
  readonly label: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly make_default: boolean;
  /** The connection that gets a new token; null when there is to be a new one. */
  readonly reconnect: string | null;
  /** RFC 3339. */
  readonly expires_at: string;
  /** `taken`: the callback came and is worked on; it cannot come twice. */
  readonly state: 'waiting' | 'taken' | 'connected' | 'failed';
  /** SHA-256, in base64url, of the state and of the browser's cookie; null until the link was followed. */
  readonly state_hash: string | null;
  readonly browser_hash: string | null;
  readonly device: ConnectDevice | null;
  readonly connection: string | null;
  readonly reason: string | null;
}

export interface ConnectDevice {
  readonly code: StoredCredential;
  readonly interval_s: number;
  /** Unix milliseconds before which the vendor is not asked again. */
  readonly look_at: number;
}

/** Connects with compare-and-set. Every method throws PatchbayError `vault_unavailable`. */
export interface Connects {
  get(tenant: string, id: string): Promise<{ value: ConnectRecord; revision: number } | null>;
  create(record: ConnectRecord): Promise<void>;
  /** The new revision, or null when it changed since `revision`. */
  replace(record: ConnectRecord, revision: number): Promise<number | null>;
}
