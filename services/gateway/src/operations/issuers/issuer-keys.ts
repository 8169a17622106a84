import type { TrustedIssuer } from '@patchbay/contracts';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

/** Milliseconds for which keys are used before they are asked for again. */
const freshMs = 600_000;
/** Milliseconds for which they are used while their issuer does not answer; then no token is taken. */
const staleMs = 3_600_000;
/** Milliseconds between two questions to one issuer, whatever tokens come. */
export const coolDownMs = 30_000;
/** Issuers whose keys are held at once. */
const maxHeld = 10_000;

export interface IssuerKeysPorts {
  /** Asks the issuer. @throws Error saying why it could not be had. */
  readonly fetchKeys: (issuer: TrustedIssuer) => Promise<JSONWebKeySet>;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  readonly onUnavailable: (issuer: TrustedIssuer, error: unknown) => void;
}

interface Held {
  readonly settings: string;
  keys: JWTVerifyGetKey | null;
  fetchedAt: number;
  triedAt: number;
  pending: Promise<void> | null;
}

/**
 * The public keys of issuers, asked for once and kept. A token whose key is not among them has its issuer asked again, once in
 * a while: that is how keys are rotated, and made-up key ids cost the issuer next to nothing.
 */
export class IssuerKeys {
  readonly #ports: IssuerKeysPorts;
  readonly #held = new Map<string, Held>();

  constructor(ports: IssuerKeysPorts) {
    this.#ports = ports;
  }

  /** The key of a token. @throws Error for none that fits, or when keys cannot be had. */
  keyOf(issuer: TrustedIssuer): JWTVerifyGetKey {
    return async (header, token) => {
      const held = this.#heldOf(issuer);
      await this.#refresh(issuer, held, freshMs);
      if (held.keys === null || this.#ports.now() - held.fetchedAt > staleMs)
        throw new errors.JWKSInvalid('the issuer’s keys cannot be had');
      try {
        return await held.keys(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        const before = held.keys;
        await this.#refresh(issuer, held, 0);
        if (held.keys === before) throw error;
        return held.keys(header, token);
      }
    };
  }

  /** Asks for keys now, whatever is held. @throws Error saying why they cannot be had. */
  async probe(issuer: TrustedIssuer): Promise<void> {
    const keys = createLocalJWKSet(await this.#ports.fetchKeys(issuer));
    const now = this.#ports.now();
    this.#held.set(issuer.tenant, { settings: settingsOf(issuer), keys, fetchedAt: now, triedAt: now, pending: null });
  }

  #heldOf(issuer: TrustedIssuer): Held {
    const known = this.#held.get(issuer.tenant);
    const settings = settingsOf(issuer);
    if (known?.settings === settings) return known;
    const made: Held = { settings, keys: null, fetchedAt: -Infinity, triedAt: -Infinity, pending: null };
    this.#held.delete(issuer.tenant);
    const [oldest] = this.#held.keys();
    if (this.#held.size >= maxHeld && oldest !== undefined) this.#held.delete(oldest);
    this.#held.set(issuer.tenant, made);
    return made;
  }

  /** Asks when what is held is older than `olderThanMs` and nobody asked within the cool-down. Who comes meanwhile waits too. */
  async #refresh(issuer: TrustedIssuer, held: Held, olderThanMs: number): Promise<void> {
    const now = this.#ports.now();
    if (held.pending === null && now - held.fetchedAt >= olderThanMs && now - held.triedAt >= coolDownMs) {
      held.triedAt = now;
      held.pending = this.#ports
        .fetchKeys(issuer)
        .then((set) => {
          held.keys = createLocalJWKSet(set);
          held.fetchedAt = this.#ports.now();
        })
        .catch((error: unknown) => this.#ports.onUnavailable(issuer, error))
        .finally(() => {
          held.pending = null;
        });
    }
    // Keys that are old, but still good, are used meanwhile.
    const unusable = held.keys === null || now - held.fetchedAt > staleMs;
    if (held.pending !== null && (unusable || olderThanMs === 0)) await held.pending;
  }
}

const settingsOf = ({ issuer, jwks_url }: TrustedIssuer) => `${issuer} ${jwks_url}`;
