import { PatchbayError, type PolicyDecision } from '@patchbay/contracts';
import type { Run } from '../execution-run.ts';
import { callDigest } from './call-digest.ts';
import { newConfirmation, readConfirmation, signConfirmation } from './confirmation-token.ts';
import type { UseConfirmations } from './ports.ts';

/** Milliseconds in which the person has to say yes. */
const confirmationMs = 300_000;

export interface ConfirmPorts {
  readonly confirmations: UseConfirmations;
  /** Of the tokens. Secret. */
  readonly confirmationKey: Uint8Array;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/**
 * Null when the call brings a token that is good for it, which is then used up; else the refusal, with the question and a
 * new token. @throws PatchbayError `policy_unavailable`: nobody knows whether it was used.
 */
export async function confirmCall(
  ports: ConfirmPorts,
  run: Run,
  { say, reasons }: PolicyDecision,
): Promise<PatchbayError | null> {
  const call = callDigest(run);
  const { confirmation, idempotency_key } = run.request;
  const rejected =
    confirmation === undefined ? null : await rejection(ports, run.call.tenant, call, confirmation, idempotency_key);
  if (confirmation !== undefined && rejected === null) return null;
  // Nobody is there to be asked, and what became of it is told to every agent of the tenant: no token may be in that.
  if (run.call.lane === 'background')
    return new PatchbayError('confirmation_required', {
      message: 'It has to be confirmed when it is handed in.',
      details: { policies: reasons },
    });
  const expiresAt = ports.now() + confirmationMs;
  const token = signConfirmation(ports.confirmationKey, newConfirmation({ tenant: run.call.tenant, call, expiresAt }));
  const [first] = reasons;
  const why = first === undefined ? '' : ` Policy ${first.policy} asks for it.`;
  return new PatchbayError('confirmation_required', {
    message: `${rejected ?? 'The person has to say yes first.'}${why}`,
    ...(say !== null && { speakable: say }),
    details: {
      confirmation: {
        token,
        ask: say ?? 'Shall I go ahead with that?',
        expires_at: new Date(expiresAt).toISOString(),
      },
      policies: reasons,
    },
  });
}

/** Why the token is not good for this call, or null. */
async function rejection(
  { confirmations, confirmationKey, now }: ConfirmPorts,
  tenant: string,
  call: string,
  token: string,
  idempotencyKey: string | undefined,
): Promise<string | null> {
  const claim = readConfirmation(confirmationKey, token);
  if (claim === null) return 'The confirmation is no token of ours.';
  if (claim.tenant !== tenant || claim.call !== call)
    return 'The confirmation was given for another call: other arguments, another session or another agent.';
  if (now() >= claim.expiresAt) return 'The confirmation came too late.';
  return (await confirmations.use(tenant, claim.id, idempotencyKey ?? null))
    ? null
    : 'The confirmation was used already.';
}
