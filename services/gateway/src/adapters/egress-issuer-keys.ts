import type { TrustedIssuer } from '@patchbay/contracts';
import type { Egress } from '@patchbay/egress';
import type { JSONWebKeySet } from 'jose';

/** Bytes of a discovery document or of a set of keys at most. */
const maxBytes = 262_144;
/** Milliseconds for both together. */
const withinMs = 5_000;
/** Keys of one issuer at most: each is tried where a token names none. */
const maxKeys = 100;

/**
 * Asks an issuer for its public keys, through the guard: no redirect is followed, and no address is asked that is not public
 * unless the operator trusts it. The addresses are a tenant's to choose, so nothing of an answer is ever shown.
 */
export function createEgressIssuerKeys(egress: Pick<Egress, 'send'>) {
  return async (issuer: TrustedIssuer): Promise<JSONWebKeySet> => {
    const deadlineAt = performance.now() + withinMs;
    const get = (url: string) => document(egress, issuer.tenant, url, deadlineAt);
    const { keys } = await get(issuer.jwks_url ?? (await discovered(issuer.issuer, get)));
    if (!Array.isArray(keys) || keys.length > maxKeys) throw new Error('the issuer’s keys are no set of keys');
    return { keys };
  };
}

/** OpenID Connect Discovery 1.0, sections 4.1 and 4.3. */
async function discovered(
  issuer: string,
  get: (url: string) => Promise<Readonly<Record<string, unknown>>>,
): Promise<string> {
  const found = await get(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (found.issuer !== issuer) throw new Error('the discovery document is of another issuer');
  if (typeof found.jwks_uri !== 'string' || !URL.canParse(found.jwks_uri))
    throw new Error('the discovery document names no keys');
  return found.jwks_uri;
}

async function document(
  egress: Pick<Egress, 'send'>,
  tenant: string,
  url: string,
  deadlineAt: number,
): Promise<Readonly<Record<string, unknown>>> {
  const outcome = await egress.send({
    tenant,
    method: 'GET',
    url,
    headers: { accept: 'application/json' },
    body: null,
    hosts: [new URL(url).host],
    deadlineAt,
    maxResponseBytes: maxBytes,
  });
  if (!outcome.ok) throw new Error(`the issuer cannot be asked: ${outcome.failure.reason}`);
  const { status, body } = outcome.response;
  if (status !== 200) throw new Error('the issuer does not answer with 200');
  try {
    const read: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    if (typeof read === 'object' && read !== null) return read as Record<string, unknown>;
  } catch {
    // Said below, without what came.
  }
  throw new Error('the issuer does not answer with a JSON object');
}
