import { ApprovalAsked, ConfirmationAsked, type ExecutionResult } from '@patchbay/contracts';

/**
 * What to ask the person on the line, and the token for the same call again if they say yes; null for any other result.
 * `execute(tool, args, { ...options, confirmation: asked.token })`
 */
export function confirmationOf({ error }: Pick<ExecutionResult, 'error'>): ConfirmationAsked | null {
  if (error?.code !== 'confirmation_required') return null;
  return ConfirmationAsked.safeParse(error.details.confirmation).data ?? null;
}

/** What waits for a person to approve it; null for any other result. The same call passes once it is approved. */
export function approvalOf({ error }: Pick<ExecutionResult, 'error'>): ApprovalAsked | null {
  if (error?.code !== 'approval_required') return null;
  return ApprovalAsked.safeParse(error.details.approval).data ?? null;
}
