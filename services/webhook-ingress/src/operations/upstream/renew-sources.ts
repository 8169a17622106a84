import {
  PatchbayError,
  type RegisterWebhookResult,
  type SourceUpstream,
  type WebhookSource,
} from '@patchbay/contracts';
import { auditedChange } from '../sources/audited-change.ts';
import { changeNow, type SourcePorts } from '../sources/source-ports.ts';
import { counts, destroy, endingBy } from '../sources/source-secrets.ts';
import { asFailure, placeOf, type RegisteredSource } from './remove-at-vendor.ts';
import { orderTo, takeAnswer } from './take-answer.ts';

export type RenewSourcesPorts = Omit<SourcePorts, 'publicUrl'>;

/** Milliseconds before a webhook ends within which another takes its place; less of one that is short-lived. */
const leadMs = 86_400_000;
/** Milliseconds for which one process is at it, and until it is tried again after a failure. */
const retryMs = 600_000;
/** Milliseconds for which the secret of a webhook whose place was taken goes on counting. */
const overlapMs = 3_600_000;
const caller = { traceId: null, actor: { kind: 'service', id: 'webhook-ingress' } } as const;

/**
 * Looks after webhooks that vendors end by themselves: registers each anew in time, with a secret of its own, and then removes
 * the one before. Several processes may do so; each source is one's for a while. What fails is tried again until it is too late.
 */
export function createRenewSources(ports: RenewSourcesPorts) {
  return async (): Promise<void> => {
    for (const source of ports.sources.all())
      if (isDue(source, ports.now()))
        await renew(ports, source).catch((error: unknown) =>
          ports.report('error', 'a webhook at a vendor could not be renewed', { source: source.id, err: error }),
        );
  };
}

function isDue({ enabled, upstream }: WebhookSource, now: number): boolean {
  if (!enabled || upstream?.state !== 'registered') return false;
  if (upstream.renew_after !== null && Date.parse(upstream.renew_after) > now) return false;
  return upstream.replaced.length > 0 || endsSoon(upstream, now);
}

function endsSoon({ registered_at, expires_at }: SourceUpstream, now: number): boolean {
  if (expires_at === null || registered_at === null) return false;
  const ends = Date.parse(expires_at);
  return ends - now < Math.min(leadMs, (ends - Date.parse(registered_at)) / 2);
}

async function renew(ports: RenewSourcesPorts, { tenant, id }: WebhookSource): Promise<void> {
  // 1. Whoever writes the record is at it.
  const found = await ports.sources.read(tenant, id);
  if (found === null || !isDue(found.source, ports.now())) return;
  const renew_after = new Date(ports.now() + retryMs).toISOString();
  const claimed = withUpstream(found.source, { renew_after });
  if (!(await ports.sources.update(claimed, found.revision))) return;
  // 2. Another webhook, when this one is about to end.
  if (endsSoon(claimed.upstream, ports.now()))
    await auditedChange(
      ports,
      { tenant, source: id, type: 'dev.patchbay.webhook.source_changed' },
      caller,
      async () => {
        const facts = { renewed: await takePlace(ports, claimed) };
        return { result: null, facts };
      },
    );
  // 3. Those before are not needed any more.
  await removeReplaced(ports, claimed);
}

/** Registers another webhook and makes it the source's. Returns the vendor's id of it. */
async function takePlace(ports: RenewSourcesPorts, source: RegisteredSource): Promise<string> {
  let answer: RegisterWebhookResult;
  try {
    answer = await ports.vendors.register(orderTo(source));
  } catch (error) {
    await noteStrays(ports, source, asFailure(error));
    throw error;
  }
  try {
    // The vault keeps a few secrets of a source: those that ended make room.
    const ended = source.secrets.filter((one) => !counts(one, ports.now()));
    await destroy(ports, source, ended);
    const taken = await takeAnswer(ports, source, answer);
    const endsAt = new Date(ports.now() + overlapMs).toISOString();
    await changeNow(ports.sources, source.tenant, source.id, ({ source: now }) => {
      const live = now.secrets.filter((one) => !ended.some(({ id }) => id === one.id));
      const secrets = answer.sealed_secret === null ? live : live.map((one) => endingBy(one, endsAt));
      const { webhook_id, settings, replaced } = now.upstream ?? source.upstream;
      const before = webhook_id === null ? [] : [{ webhook_id, settings }];
      return withUpstream(taken({ source: { ...now, secrets } }), { replaced: [...replaced, ...before] });
    });
  } catch (error) {
    await giveBack(ports, source, answer);
    throw error;
  }
  return answer.webhook_id;
}

/** Removes what cannot be taken; what stays is put down to be removed. */
async function giveBack(
  ports: RenewSourcesPorts,
  source: RegisteredSource,
  answer: RegisterWebhookResult,
): Promise<void> {
  const { webhook_id, settings } = answer;
  await ports.vendors
    .remove({ ...placeOf(source), webhook_id, settings })
    .catch(() => note(ports, source, [{ webhook_id, settings }]));
}

/** Of a registration that was not answered, or was of no use, the vendor may hold something. */
async function noteStrays(ports: RenewSourcesPorts, source: RegisteredSource, { body }: PatchbayError): Promise<void> {
  const own = source.upstream.webhook_id;
  const named = body.details['webhook_id'];
  const seen = await ports.vendors.find(placeOf(source)).catch(() => ({ webhook_ids: null }));
  const ids = new Set([...(typeof named === 'string' ? [named] : []), ...(seen.webhook_ids ?? [])]);
  const strays = [...ids].filter((webhook_id) => webhook_id !== own);
  if (strays.length > 0)
    await note(
      ports,
      source,
      strays.map((webhook_id) => ({ webhook_id, settings: {} })),
    );
}

/** Puts webhooks down to be removed. */
async function note(
  { sources, report }: RenewSourcesPorts,
  { tenant, id }: RegisteredSource,
  webhooks: SourceUpstream['replaced'],
): Promise<void> {
  await changeNow(sources, tenant, id, ({ source }) => {
    const known = new Set(source.upstream?.replaced.map(({ webhook_id }) => webhook_id));
    const added = webhooks.filter(({ webhook_id }) => !known.has(webhook_id));
    return withUpstream(source, { replaced: [...(source.upstream?.replaced ?? []), ...added] });
  }).catch((error: unknown) => {
    const ids = webhooks.map(({ webhook_id }) => webhook_id);
    report('error', 'a vendor holds webhooks that no record names', { source: id, webhooks: ids, err: error });
  });
}

async function removeReplaced(ports: RenewSourcesPorts, { tenant, id }: RegisteredSource): Promise<void> {
  const upstream = (await ports.sources.read(tenant, id))?.source.upstream;
  if (upstream === undefined) return;
  const removed = new Set<string>();
  for (const one of upstream.replaced)
    await ports.vendors.remove({ ...placeOf({ tenant, upstream }), ...one }).then(
      () => removed.add(one.webhook_id),
      (error: unknown) =>
        ports.report('warn', 'a webhook whose place was taken is still at its vendor', {
          source: id,
          webhook: one.webhook_id,
          err: error,
        }),
    );
  await changeNow(ports.sources, tenant, id, ({ source }) => {
    const replaced = (source.upstream?.replaced ?? []).filter(({ webhook_id }) => !removed.has(webhook_id));
    return withUpstream(source, { replaced, ...(replaced.length === 0 && { renew_after: null }) });
  });
}

function withUpstream(source: WebhookSource, change: Partial<SourceUpstream>): RegisteredSource {
  if (source.upstream === undefined) throw new PatchbayError('internal', { message: 'The source is at no vendor.' });
  return { ...source, upstream: { ...source.upstream, ...change } };
}
