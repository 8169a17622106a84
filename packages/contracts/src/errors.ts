import { z } from 'zod';

/** Who has to act so that the error does not come again. */
export type Fault = 'caller' | 'tenant' | 'upstream' | 'operator' | 'nobody';

export interface ErrorEntry {
  /** Who is at fault. */
  readonly fault: Fault;
  /** Whether the same request, sent again as it stands, can succeed without risking a second effect. */
  readonly retryable: boolean;
  /** The status an HTTP door answers with (RFC 9110). */
  readonly httpStatus: number;
  /** What the agent can say to the person on the line. One sentence, no jargon. */
  readonly speakable: string;
  /** What it means and what to do next, for `docs/errors.md`. */
  readonly meaning: string;
}

/** The closed catalogue. Every failure that crosses a process boundary carries one of these codes. */
export const errorCatalogue = {
  invalid_request: {
    fault: 'caller',
    retryable: false,
    httpStatus: 400,
    speakable: "I couldn't put that request together properly.",
    meaning:
      'The message is not what its contract says: bad JSON, a missing or unknown field, too large. `details.issues` names each path. Correct the message; sending it again unchanged fails again.',
  },
  invalid_arguments: {
    fault: 'caller',
    retryable: false,
    httpStatus: 422,
    speakable: "I'm missing a detail I need for that.",
    meaning:
      "The tool's arguments do not satisfy its schema. `details.issues` names each argument. Ask the person for what is missing, or correct the value, and call again.",
  },
  tool_not_found: {
    fault: 'caller',
    retryable: false,
    httpStatus: 404,
    speakable: "I don't have a way to do that.",
    meaning:
      'No such tool, integration or version is registered for this tenant, or it was retired. `details.similar` may name close matches. Search the registry.',
  },
  connection_missing: {
    fault: 'tenant',
    retryable: false,
    httpStatus: 409,
    speakable: "That service isn't connected yet.",
    meaning:
      'The tenant has no connection for the integration, or the named connection does not exist or was revoked. Add one with `patchbay connections add`.',
  },
  credential_expired: {
    fault: 'tenant',
    retryable: false,
    httpStatus: 409,
    speakable: 'The sign-in for that service has expired.',
    meaning: 'The upstream refused the credential, or it expired and could not be refreshed. Reconnect the connection.',
  },
  not_permitted: {
    fault: 'caller',
    retryable: false,
    httpStatus: 403,
    speakable: "I'm not allowed to do that.",
    meaning:
      "The caller's identity or a policy does not allow this tool, tenant or subject; `details.policies` names the policies that decided. An owner of the tenant can change the policy or the key's scopes.",
  },
  not_authenticated: {
    fault: 'caller',
    retryable: false,
    httpStatus: 401,
    speakable: "I can't sign in to do that.",
    meaning:
      'No key came with the request, or it is unknown, expired or revoked, or its tenant is suspended; which of them is not said. Send `Authorization: Bearer pbk_…` with a key that is in use.',
  },
  not_found: {
    fault: 'caller',
    retryable: false,
    httpStatus: 404,
    speakable: "I couldn't find that.",
    meaning:
      'There is nothing of this name or id that the caller may see: a route, a key, a tenant. Tools, integrations and connections have codes of their own.',
  },
  confirmation_required: {
    fault: 'caller',
    retryable: false,
    httpStatus: 428,
    speakable: 'Shall I go ahead with that?',
    meaning:
      'A policy wants the person on the line to say yes first. Nothing was sent. Ask `details.confirmation.ask`; if the answer is yes, make the same call again with `details.confirmation.token` as its `confirmation`. The token is good for these arguments, in this session, once, until `expires_at`.',
  },
  approval_required: {
    fault: 'tenant',
    retryable: false,
    httpStatus: 428,
    speakable: 'Someone has to approve that first.',
    meaning:
      'A policy wants a person with the scope `approvals:write` to approve the call. Nothing was sent. `details.approval.id` names what waits for them; once it is approved the same call passes, once. `state` `refused` says that it was turned down.',
  },
  privacy_blocked: {
    fault: 'tenant',
    retryable: false,
    httpStatus: 422,
    speakable: "I can't pass on a detail like that.",
    meaning:
      "The tenant's privacy policy does not let something personal go on. `details.direction` says which way it was going, `details.fields` which field holds what. Of `arguments` nothing was sent: leave it out of that field and call again. Of `results` the tool has answered and its answer is withheld. An owner of the tenant can change the privacy policy.",
  },
  policy_unavailable: {
    fault: 'operator',
    retryable: true,
    httpStatus: 503,
    speakable: "I can't check right now whether I may do that.",
    meaning:
      'Whether a policy allows the call could not be found out: a count that a policy asks for, or the record of confirmations and approvals, is out of reach. Nothing was sent.',
  },
  precondition_failed: {
    fault: 'caller',
    retryable: false,
    httpStatus: 412,
    speakable: 'Someone else changed that just now.',
    meaning:
      'The document is not in the state that `If-Match` names, or is there although `If-None-Match: *` says it must not be: read it again, and change what is there now. With status 428 it can only be replaced by who sends `If-Match`.',
  },
  rate_limited: {
    fault: 'nobody',
    retryable: true,
    httpStatus: 429,
    speakable: 'That service is busy; let me try again in a moment.',
    meaning:
      "A rate limit, ours or the upstream's, leaves no room before the deadline. `retry_after_ms` says when there is.",
  },
  circuit_open: {
    fault: 'upstream',
    retryable: true,
    httpStatus: 503,
    speakable: "That service isn't responding right now.",
    meaning:
      'The upstream failed repeatedly, so calls to it are refused at once until a probe succeeds. `retry_after_ms` says when the next probe is due.',
  },
  egress_denied: {
    fault: 'tenant',
    retryable: false,
    httpStatus: 403,
    speakable: "I can't reach that service from here.",
    meaning:
      "The request would leave the integration's hosts, or its address is not a public one. Correct the document or the connection's variables; the refusal is audited.",
  },
  upstream_error: {
    fault: 'upstream',
    retryable: false,
    httpStatus: 502,
    speakable: "The service couldn't complete that.",
    meaning:
      'The upstream answered with an error. `details.upstream_status` and `details.upstream_code` carry what it said.',
  },
  upstream_unreachable: {
    fault: 'upstream',
    retryable: true,
    httpStatus: 502,
    speakable: "I can't reach that service at the moment.",
    meaning: 'No connection could be made (DNS, TCP or TLS), and nothing was sent. Safe to try again.',
  },
  response_invalid: {
    fault: 'upstream',
    retryable: false,
    httpStatus: 502,
    speakable: "The service's answer didn't make sense.",
    meaning: "The upstream's answer was not what the document describes: wrong content type, broken JSON, a cut body.",
  },
  response_too_large: {
    fault: 'upstream',
    retryable: false,
    httpStatus: 502,
    speakable: "The service's answer was too long.",
    meaning:
      "The upstream's answer exceeded the byte limit and was cut off. Narrow the request, or raise the tool's limit in its document.",
  },
  deadline_exceeded: {
    fault: 'nobody',
    retryable: true,
    httpStatus: 504,
    speakable: 'That took too long.',
    meaning:
      'The deadline came before an answer, and no side effect can have happened: the tool only reads, or nothing was sent.',
  },
  cancelled: {
    fault: 'caller',
    retryable: false,
    httpStatus: 499,
    speakable: 'Okay, I stopped that.',
    meaning: 'The caller cancelled the execution before it had an effect.',
  },
  outcome_unknown: {
    fault: 'upstream',
    retryable: false,
    httpStatus: 504,
    speakable: "I sent that, but I couldn't confirm it went through.",
    meaning:
      'The request left us and no answer came, so the side effect may or may not have happened. It is never repeated silently. Look the result up with a read tool before asking again.',
  },
  in_progress: {
    fault: 'caller',
    retryable: true,
    httpStatus: 409,
    speakable: "I'm still working on that.",
    meaning:
      'An execution with the same idempotency key is under way. Ask again with the same key for its answer. The same key with other arguments is `invalid_request`. With `details.reason` `not_repeated`: a write without a key was sent before and may have acted, so that it is not made again.',
  },
  chunk_lost: {
    fault: 'nobody',
    retryable: false,
    httpStatus: 502,
    speakable: 'Part of the answer got lost.',
    meaning:
      "A chunk of a streamed answer did not arrive. `details.expected` and `details.received` say where the gap is; what came before it is good. A read may be asked for again; for anything else look at the execution's result first.",
  },
  overloaded: {
    fault: 'operator',
    retryable: true,
    httpStatus: 503,
    speakable: "I'm a little overloaded; one moment.",
    meaning:
      'No executor had room or a socket left, or none is running. Nothing was done. Start more executors, or let them open more files.',
  },
  vault_unavailable: {
    fault: 'operator',
    retryable: true,
    httpStatus: 503,
    speakable: "I can't get to that service's sign-in right now.",
    meaning: 'The vault, or the key service behind it, did not answer and no cached lease was left. Nothing was sent.',
  },
  audit_unavailable: {
    fault: 'operator',
    retryable: true,
    httpStatus: 503,
    speakable: "I can't do that safely right now.",
    meaning: 'The intent could not be recorded in any audit sink, so the call was not made. Nothing was sent.',
  },
  internal: {
    fault: 'operator',
    retryable: false,
    httpStatus: 500,
    speakable: 'Something went wrong on my side.',
    meaning: 'A defect in Patchbay. The execution id finds it in the logs; please report it.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
export const errorCodes = Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]];
export const ErrorCode = z.enum(errorCodes);

/** One thing wrong with a message, a document or an argument. */
export const Issue = z.object({
  /** Where, as a dotted path with brackets: `tools.post_message.request.path`, `arguments.channel`. */
  path: z.string(),
  message: z.string(),
  /** Where in the text it was read from, both from 1; left out for what is no text. */
  line: z.int().positive().optional(),
  column: z.int().positive().optional(),
  /** The word that was probably meant. */
  suggestion: z.string().optional(),
});
export type Issue = z.infer<typeof Issue>;

/** An error as it crosses the wire. */
export const ErrorBody = z.object({
  code: ErrorCode,
  /** For a developer. Never holds a secret, a body or an internal address. */
  message: z.string(),
  /** For the person on the line. */
  speakable: z.string(),
  retryable: z.boolean(),
  /** Milliseconds to wait before trying again, where known. */
  retry_after_ms: z.number().nonnegative().nullable().default(null),
  details: z.record(z.string(), z.unknown()).default({}),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

export interface FailureOptions {
  message?: string;
  speakable?: string;
  retryable?: boolean;
  retryAfterMs?: number | null;
  details?: Record<string, unknown>;
}

/** Up to the first full stop that ends a sentence, that one included. */
function firstSentence(text: string): string {
  return /^.*?\.(?= |$)/.exec(text)?.[0] ?? text;
}

/** An `ErrorBody` for the code, its defaults taken from the catalogue. */
export function errorBody(code: ErrorCode, options: FailureOptions = {}): ErrorBody {
  const entry: ErrorEntry = errorCatalogue[code];
  return {
    code,
    message: options.message ?? firstSentence(entry.meaning),
    speakable: options.speakable ?? entry.speakable,
    retryable: options.retryable ?? entry.retryable,
    retry_after_ms: options.retryAfterMs ?? null,
    details: options.details ?? {},
  };
}

/** An expected failure on its way to a boundary. `cause` stays in the process; only `body` crosses the wire. */
export class PatchbayError extends Error {
  readonly body: ErrorBody;
  constructor(code: ErrorCode, options: FailureOptions & { cause?: unknown } = {}) {
    const body = errorBody(code, options);
    super(body.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PatchbayError';
    this.body = body;
  }
  get code(): ErrorCode {
    return this.body.code;
  }
}

/** The failure inside `error`, or `internal` for anything unexpected. Nothing of an unexpected error's text leaves. */
export function toErrorBody(error: unknown): ErrorBody {
  return error instanceof PatchbayError ? error.body : errorBody('internal');
}

/** A zod error's issues with dotted paths; `root` names the value that was parsed. */
export function issuesOf(error: z.ZodError, root = ''): Issue[] {
  return error.issues.map((issue) => ({ path: joinPath(root, issue.path), message: issue.message }));
}

/** `['a', 0, 'b']` → `a[0].b`, after `root`. */
export function joinPath(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, root);
}
