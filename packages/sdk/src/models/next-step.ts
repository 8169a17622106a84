import type { ErrorCode } from '@patchbay/contracts';

/** What a model does about a failed call, in one sentence. What there is to correct stands in `issues` beside it. */
export const nextSteps: Readonly<Record<ErrorCode, string>> = {
  invalid_request: 'Do not repeat this call as it is.',
  invalid_arguments: 'Correct the arguments named in issues, or ask the person for what is missing, and call again.',
  tool_not_found: 'Use another tool, or search for one.',
  connection_missing: 'Say that this service has to be connected first; do not call again.',
  credential_expired: 'Say that the sign-in has to be renewed; do not call again.',
  not_permitted: 'Do not call again; offer something else.',
  not_authenticated: 'Do not call again; say that this cannot be done now.',
  not_found: 'Do not repeat this call as it is; look for what there is.',
  confirmation_required:
    'Ask the person what speakable says. Only if they agree, make the same call again with its token.',
  approval_required: 'Say that someone has to approve it first; do not call again before they have.',
  privacy_blocked:
    'Do not try to get it through another way. Where it names arguments, leave the personal detail out and call again; else say that you cannot pass it on.',
  policy_unavailable: 'Nothing was done; call again in a moment.',
  precondition_failed: 'Read it again before you change it.',
  rate_limited: 'Wait for retry_after_ms, then call again.',
  circuit_open: 'Do not call again before retry_after_ms; offer something else meanwhile.',
  egress_denied: 'Do not call again; offer something else.',
  upstream_error: 'Read the message, and change what it objects to before calling again.',
  upstream_unreachable: 'Call again once; if it fails again, say so.',
  response_invalid: 'Do not call a tool that changes something again; look its result up with one that reads.',
  response_too_large: 'Ask for less, such as a narrower search.',
  deadline_exceeded: 'Nothing was done; call again if the person can wait.',
  cancelled: 'Nothing was done; go on without it.',
  outcome_unknown: 'It may have worked. Look the result up with a tool that reads before you call again.',
  in_progress: 'The same call is running; ask for its result in a moment.',
  chunk_lost: 'Part of the answer is missing; use what came, or call again if the tool only reads.',
  overloaded: 'Nothing was done; call again in a moment.',
  vault_unavailable: 'Nothing was done; call again in a moment.',
  audit_unavailable: 'Nothing was done; call again in a moment.',
  internal: 'Do not call again; say that something went wrong.',
};
