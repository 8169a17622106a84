import { newId, PatchbayError, type WebhookSource } from '@patchbay/contracts';
import type { ChallengeOutcome } from '@patchbay/webhook-schemes';
import type { HookReply, KeepSecrets, RecordAudit, Report, StoreSources, Visit } from './ports.ts';

export interface MeetChallengePorts {
  readonly sources: StoreSources;
  readonly secrets: KeepSecrets;
  readonly visit: Visit;
  readonly recordAudit: RecordAudit;
  readonly report: Report;
  readonly now: () => number;
}

export type MeetChallenge = (
  source: WebhookSource,
  challenge: Extract<ChallengeOutcome, { kind: 'answered' }>,
) => Promise<HookReply>;

/**
 * Does what a challenge asks for before its answer leaves: keeps the secret that it brings, fetches what it wants fetched.
 * @throws PatchbayError when that cannot be done now; the vendor asks again.
 */
export function createMeetChallenge(ports: MeetChallengePorts): MeetChallenge {
  return async (source, { answer, keepSecret, visit, challenge }) => {
    if (keepSecret !== null) await keep(ports, source, keepSecret);
    if (visit !== null && !(await ports.visit.visit(source.tenant, visit))) {
      throw new PatchbayError('upstream_unreachable', { message: 'The confirmation could not be fetched.' });
    }
    ports.report('info', 'a webhook challenge was answered', { source: source.id, challenge });
    return answer;
  };
}

/** The vault has the secret before the record names it, and the record names it before the vendor hears so. */
async function keep(
  { sources, secrets, recordAudit, now }: MeetChallengePorts,
  { tenant, id }: WebhookSource,
  value: string,
): Promise<void> {
  const secretId = newId('webhookSecret');
  const entry = (outcome: 'intent' | 'succeeded') => ({
    tenant,
    type: 'dev.patchbay.webhook.secret_added' as const,
    subject: id,
    data: {
      actor: { kind: 'service' as const, id: 'webhook-ingress' },
      target: { kind: 'webhook_source', id },
      outcome,
      facts: { secret: secretId, given_by: 'handshake' },
    },
  });
  await recordAudit(entry('intent'));
  await secrets.keepClear(tenant, id, secretId, value);
  const found = await sources.read(tenant, id);
  const at = new Date(now()).toISOString();
  const named =
    found?.source.secrets.every(({ expires_at }) => expires_at !== null && Date.parse(expires_at) <= now()) &&
    (await sources.update(
      {
        ...found.source,
        secrets: [...found.source.secrets, { id: secretId, created_at: at, expires_at: null }],
        updated_at: at,
      },
      found.revision,
    ));
  if (!named) {
    // Another handshake was first, or the source is gone: this one's secret counts for nothing.
    await secrets.drop(tenant, id, secretId);
    throw new PatchbayError('in_progress', { message: 'Another handshake gave the source its secret.' });
  }
  await recordAudit(entry('succeeded'));
}
