import { ExecuteRequest, errorBody, newId, PatchbayError, type WebhookCallName } from '@patchbay/contracts';
import type { AttemptStart, AttemptWatch, Engine, ExecuteOutcome } from '@patchbay/execution-engine';
import { scrubberOf } from '@patchbay/execution-engine';
import { auditFacts } from '../../domain/execution-facts.ts';
import { beforeDeadline } from '../deadline.ts';
import { type ExecuteCall, newRun, type Run } from '../execution-run.ts';
import type { GivePlaces, Lease } from '../ports.ts';
import { borrowLease, type Reservation, type ReservePorts, reserveExecution } from '../reserve-execution.ts';
import { noRoom } from '../shed-call.ts';
import { type FindWebhookTools, type VendorWebhooks, webhooksOf } from './vendor-webhooks.ts';

export interface CallVendorPorts extends ReservePorts {
  readonly webhooks: FindWebhookTools;
  readonly engine: Pick<Engine, 'execute'>;
  readonly places: GivePlaces;
  /** Follows each attempt, for metrics. */
  readonly watchAttempt?: (run: Run, attempt: AttemptStart) => AttemptWatch | undefined;
}

/** What the three requests have in common. */
interface WebhookRequest {
  readonly tenant: string;
  readonly integration: string;
  readonly connection: string;
  readonly arguments: Record<string, unknown>;
  readonly deadline_ms: number;
}

/** What the door knows of the request. */
export interface WebhookCall {
  /** `performance.now()` at receipt. */
  readonly receivedAt: number;
  readonly traceparent: string;
  readonly traceId: string | null;
}

/** What the vendor answered. */
export interface VendorAnswer {
  readonly executionId: string;
  /** As the document picks it. May hold a secret: for nobody but the operation. */
  readonly output: Record<string, unknown>;
}

/**
 * Makes one request about webhooks as an execution: in a place, with the connection's credential, under its rate limits, with
 * intent and outcome on record, through the engine and its egress. There is no key to hold, and nothing is kept of the answer.
 * `ours` fills what the document calls `webhook.…` and `setting.…`; of it the audit log learns a digest without the secret.
 * @throws PatchbayError as an execution fails; its `details.upstream_status` is the vendor's.
 */
export async function callVendor(
  ports: CallVendorPorts,
  name: WebhookCallName,
  request: WebhookRequest,
  ours: Readonly<Record<string, unknown>>,
  call: WebhookCall,
): Promise<VendorAnswer> {
  const webhooks = webhooksOf(ports.webhooks, request);
  const prepared = webhooks.prepare(name);
  const args = argumentsOf(webhooks, name, request.arguments, ours);
  const secret = typeof ours['webhook.secret'] === 'string' ? ours['webhook.secret'] : null;
  const issues = prepared.validateArguments(args);
  if (issues.length > 0) throw invalidArguments(issues);
  const { 'webhook.secret': _secret, ...told } = ours;
  const executionId = newId('execution');
  const run = newRun(
    executionId,
    ExecuteRequest.parse({
      tool: prepared.name,
      arguments: { ...request.arguments, ...told },
      connection: request.connection,
      deadline_ms: request.deadline_ms,
    }),
    callOf(request.tenant, call, executionId),
    prepared,
    true,
  );
  const place = ports.places.enter(request.tenant, 'live', performance.now());
  if (place === null) throw noRoom(ports.places);
  try {
    return await carryOut(ports, run, args, secret);
  } finally {
    place.leave(null);
  }
}

async function carryOut(
  ports: CallVendorPorts,
  run: Run,
  args: Record<string, unknown>,
  secret: string | null,
): Promise<VendorAnswer> {
  const { prepared, execution } = run;
  let reservation: Reservation;
  try {
    reservation = await reserveExecution(ports, run);
  } catch (error) {
    const failure = error instanceof PatchbayError ? error : new PatchbayError('internal', { cause: error });
    recordOutcome(ports, run, null, { status: 'refused', error: failure.body, attempts: 0, upstreamStatus: null });
    throw failure;
  }
  const { lease, intent } = reservation;
  const outcome = await ports.engine.execute({
    prepared,
    tenant: run.call.tenant,
    arguments: args,
    connection: lease?.connection ?? '',
    credential: lease?.credential ?? null,
    variables: lease?.variables ?? {},
    deadlineAt: run.deadlineAt,
    signal: execution.abort.signal,
    idempotencyKey: execution.executionId,
    traceparent: run.call.traceparent,
    onAttempt: (attempt) => ports.watchAttempt?.(run, attempt),
    refreshCredential: () =>
      borrowLease(ports.leases, run, true).then(
        ({ credential }) => credential,
        () => null,
      ),
  });
  recordOutcome(ports, run, lease, outcome);
  if (outcome.status !== 'succeeded') throw failureOf(outcome, secret);
  // Of a read the intent may still be on its way: nothing is told unless it is on record.
  if (intent !== null) await beforeDeadline(intent.durable, run.deadlineAt, execution.abort.signal);
  // What was cut short may lack the very field that is wanted.
  const { output } = outcome;
  const whole = !outcome.truncated && typeof output === 'object' && output !== null;
  return { executionId: execution.executionId, output: whole ? (output as Record<string, unknown>) : {} };
}

/** The arguments that this request takes: the operator's, and ours. */
function argumentsOf(
  { given }: VendorWebhooks,
  name: WebhookCallName,
  operators: Record<string, unknown>,
  ours: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { takes, fills } = given(name);
  const args: Record<string, unknown> = {};
  for (const [argument, value] of Object.entries(operators)) if (takes.has(argument)) args[argument] = value;
  for (const [argument, what] of fills) {
    const value = ours[what];
    // In the middle of a text a list has commas.
    args[argument] = argument === what && Array.isArray(value) ? value.join(',') : value;
  }
  return args;
}

function callOf(tenant: string, call: WebhookCall, executionId: string): ExecuteCall {
  return { tenant, ...call, executionId, actor: { kind: 'service', id: 'webhook-ingress' } };
}

function invalidArguments(issues: readonly { path: string; message: string }[]): PatchbayError {
  const message = issues.map((issue) => `${issue.path} ${issue.message}`).join('; ');
  return new PatchbayError('invalid_arguments', { message: message.slice(0, 1_000), details: { issues } });
}

/** The failure as it may be told: a vendor may repeat the secret that it was sent. */
function failureOf({ error }: ExecuteOutcome, secret: string | null): PatchbayError {
  const body = error ?? errorBody('internal');
  const scrubber = scrubberOf(secret === null ? null : { type: 'bearer', token: secret });
  return new PatchbayError(body.code, {
    message: scrubber.text(body.message),
    speakable: scrubber.text(body.speakable),
    retryable: body.retryable,
    retryAfterMs: body.retry_after_ms,
    details: scrubber.value(body.details) as Record<string, unknown>,
  });
}

function recordOutcome(
  ports: CallVendorPorts,
  { request, call, prepared, execution }: Run,
  lease: Lease | null,
  outcome: Pick<ExecuteOutcome, 'status' | 'error' | 'attempts' | 'upstreamStatus'>,
): void {
  const { durable } = ports.audit.begin(call.tenant, 'dev.patchbay.execution.outcome', execution.executionId, {
    ...auditFacts(request, call, prepared),
    outcome: outcome.status,
    ...(outcome.error !== null && { error_code: outcome.error.code }),
    ...(lease !== null && { connection: lease.connection }),
    ...(outcome.upstreamStatus !== null && { upstream_status: outcome.upstreamStatus }),
    attempts: outcome.attempts,
    duration_ms: performance.now() - call.receivedAt,
    replayed: false,
  });
  ports.background(durable);
}
