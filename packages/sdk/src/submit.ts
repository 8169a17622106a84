import {
  defaultDeadlineMs,
  type ExecutionContext,
  events,
  newId,
  routes,
  type SubmissionResult,
  type SubmitResult,
} from '@patchbay/contracts';
import type { AgentTransport } from './agent-transport.ts';
import type { ToolCall } from './execute.ts';
import { type Plan, planRequest } from './plan.ts';

/** How long something handed in may take, and what it is called. */
export interface SubmissionTerms {
  /** Of an earlier `newId('submission')`: submitting it again changes nothing. Default: a new one. */
  readonly submissionId?: string;
  /** Milliseconds after which it is no longer begun or tried again. Default one hour, at most seven days. */
  readonly expiresInMs?: number;
  /** Milliseconds before which it is not begun. */
  readonly delayMs?: number;
}

/** A call to be carried out later. `deadlineMs` is that of one try. */
export interface Submission extends Omit<ToolCall, 'dryRun' | 'traceparent' | 'signal'>, SubmissionTerms {}

/** A plan to be carried out later. `deadlineMs` is that of one try, and its calls may not be dry runs. */
export type SubmittedPlan = Omit<Plan, 'traceparent' | 'onProgress' | 'signal'>;

/** The same id again changes nothing: it is sent again when whoever took it is gone. */
const sentAgain = { repeat: {} };

/** @throws PatchbayError of the catalogue, when it was not accepted or nobody knows. */
export function submitCall(
  messaging: AgentTransport,
  tenant: string,
  call: Submission,
  defaults: { deadlineMs?: number; context?: ExecutionContext },
): Promise<SubmitResult> {
  return messaging.request(
    routes.submitTool,
    { tenant },
    {
      ...termsOf(call),
      execute: {
        tool: call.tool,
        arguments: call.arguments ?? {},
        deadline_ms: call.deadlineMs ?? defaults.deadlineMs ?? defaultDeadlineMs,
        context: { ...defaults.context, ...call.context },
        ...(call.version !== undefined && { version: call.version }),
        ...(call.connection !== undefined && { connection: call.connection }),
        ...(call.idempotencyKey !== undefined && { idempotency_key: call.idempotencyKey }),
        ...(call.confirmation !== undefined && { confirmation: call.confirmation }),
      },
    },
    sentAgain,
  );
}

/** @throws PatchbayError as `submitCall`. */
export function submitPlan(
  messaging: AgentTransport,
  tenant: string,
  plan: SubmittedPlan,
  terms: SubmissionTerms,
  defaults: { deadlineMs?: number; context?: ExecutionContext },
): Promise<SubmitResult> {
  const deadlineMs = plan.deadlineMs ?? defaults.deadlineMs ?? defaultDeadlineMs;
  return messaging.request(
    routes.submitTool,
    { tenant },
    { ...termsOf(terms), plan: planRequest(plan, deadlineMs, defaults) },
    sentAgain,
  );
}

function termsOf({ submissionId, expiresInMs, delayMs }: SubmissionTerms) {
  return {
    // Made here, so that a request that is sent again by whoever caught its failure can name it.
    submission_id: submissionId ?? newId('submission'),
    ...(expiresInMs !== undefined && { expires_in_ms: expiresInMs }),
    ...(delayMs !== undefined && { delay_ms: delayMs }),
  };
}

/** Milliseconds between two looks while waiting, in case the event was missed. */
const lookEveryMs = 2_000;

/** What became of a submission, waiting up to `waitMs` for its end. */
export async function resultOf(
  messaging: AgentTransport,
  tenant: string,
  submissionId: string,
  waitMs: number,
): Promise<SubmissionResult> {
  const look = () =>
    messaging.request(routes.getSubmissionResult, { tenant }, { submission_id: submissionId }, sentAgain);
  if (waitMs <= 0) return look();
  const until = performance.now() + waitMs;
  let wake = () => {};
  let finished = false;
  const subscription = messaging.subscribeEvent(events.submissionFinished, { tenant, submission: submissionId }, () => {
    finished = true;
    wake();
  });
  try {
    for (;;) {
      const found = await look();
      const leftMs = until - performance.now();
      if (found.state !== 'pending' || leftMs <= 0) return found;
      if (!finished) await sleepUntil(Math.min(leftMs, lookEveryMs), (woken) => (wake = woken));
      finished = false;
    }
  } finally {
    subscription.unsubscribe();
  }
}

function sleepUntil(ms: number, onWake: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    onWake(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
