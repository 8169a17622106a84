import {
  type ErrorCode,
  PatchbayError,
  type RegisterWebhookResult,
  type UpstreamOrder,
  type WebhookSource,
} from '@patchbay/contracts';
import { changeNow, type SourcePorts, viewOf } from '../sources/source-ports.ts';
import { asFailure, type LeftAtVendor, type RegisteredSource, removeAtVendor } from './remove-at-vendor.ts';
import { orderTo, takeAnswer } from './take-answer.ts';

type RegisterSourcePorts = Pick<SourcePorts, 'sources' | 'schemes' | 'secrets' | 'vendors' | 'publicUrl' | 'now'>;

/** Failures after which the vendor surely has nothing: nothing was sent. */
const nothingSent: ReadonlySet<ErrorCode> = new Set([
  'invalid_request',
  'invalid_arguments',
  'connection_missing',
  'egress_denied',
  'circuit_open',
  'upstream_unreachable',
  'vault_unavailable',
  'audit_unavailable',
  'overloaded',
  'rate_limited',
  'not_permitted',
  'credential_expired',
]);

/**
 * Makes a source and registers it at its vendor. Its record is there first, so that whatever happens somebody knows of it;
 * its URL answers from then on, since some vendors ask it while they register, and believes nothing without a secret. On a
 * failure half way what the vendor has is removed again, and the source with it; where that fails too the source stays,
 * switched off, and says what may be left.
 * @throws PatchbayError whatever went wrong; `details.source` and `details.webhook_ids` say what was left.
 */
export async function registerSource(
  ports: RegisterSourcePorts,
  made: WebhookSource,
  order: UpstreamOrder,
): Promise<RegisteredSource> {
  const { url } = viewOf(ports, made);
  if (url === null) throw noAddress();
  const source: RegisteredSource = {
    ...made,
    upstream: {
      ...order,
      state: 'registering',
      url,
      webhook_id: null,
      settings: {},
      registered_at: null,
      expires_at: null,
      renew_after: null,
      replaced: [],
    },
  };
  await ports.sources.create(source);

  let answer: RegisterWebhookResult;
  try {
    answer = await ports.vendors.register(orderTo(source));
  } catch (error) {
    const failure = asFailure(error);
    const known = failure.body.details['webhook_id'];
    const webhook_id = typeof known === 'string' ? known : null;
    const held: RegisteredSource = { ...source, upstream: { ...source.upstream, webhook_id } };
    const nothing = { ids: [], why: null };
    const left = surelyNothing(failure) ? nothing : await removeAtVendor(ports.vendors, held, { mayStillCome: true });
    return undo(ports, held, left, failure);
  }

  try {
    const taken = await takeAnswer(ports, source, answer);
    // A handshake may have given it its secret meanwhile.
    const { after } = await changeNow(ports.sources, source.tenant, source.id, taken);
    return after as RegisteredSource;
  } catch (error) {
    const { webhook_id, settings } = answer;
    const held = { ...source, upstream: { ...source.upstream, webhook_id, settings } };
    const left = await removeAtVendor(ports.vendors, held);
    return undo(ports, held, left, asFailure(error));
  }
}

/** Takes the source away again, or says in its record what may be left. */
async function undo(
  { sources, secrets, now }: RegisterSourcePorts,
  { tenant, id, upstream }: RegisteredSource,
  left: LeftAtVendor,
  failure: PatchbayError,
): Promise<never> {
  if (left.why === null) {
    const found = await sources.read(tenant, id).catch(() => null);
    const gone = found !== null && (await sources.remove(found.source, found.revision).catch(() => false));
    await secrets.drop(tenant, id).catch(() => {});
    throw gone ? failure : withLeft(failure, id, []);
  }
  const webhook_id = left.ids[0] ?? null;
  await changeNow(sources, tenant, id, ({ source }) => ({
    ...source,
    enabled: false,
    upstream: { ...upstream, state: 'unsettled', webhook_id },
    updated_at: new Date(now()).toISOString(),
    // Its record still says `registering` then, which means the same to whoever removes it.
  })).catch(() => {});
  throw withLeft(failure, id, left.ids);
}

function withLeft({ code, body }: PatchbayError, source: string, ids: readonly string[]): PatchbayError {
  const what = ids.length > 0 ? `webhook ${ids.join(', ')}` : 'a webhook';
  return new PatchbayError(code, {
    message: `${body.message} The vendor may hold ${what} of source ${source}: remove the source to have it removed.`,
    speakable: body.speakable,
    retryable: false,
    details: { ...body.details, source, webhook_ids: ids },
  });
}

function surelyNothing({ code, body }: PatchbayError): boolean {
  const status = body.details['upstream_status'];
  if (typeof status === 'number') return status >= 400 && status < 500 && code !== 'outcome_unknown';
  return nothingSent.has(code);
}

function noAddress(): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: 'Nobody told the ingress under which address vendors reach it: set its public URL, or one of the source.',
    details: { issues: [{ path: 'public_url', message: 'is needed to register at a vendor' }] },
  });
}
