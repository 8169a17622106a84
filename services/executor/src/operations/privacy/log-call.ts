import type { AuditData } from '@patchbay/contracts';
import { loggedArguments } from '@patchbay/privacy-policy';
import type { Run } from '../execution-run.ts';
import type { FindPrivacyPolicy, TokenisePersonal } from './ports.ts';
import { marksOf } from './tool-marks.ts';

export interface LogCallPorts {
  readonly policies: FindPrivacyPolicy;
  readonly tokens: TokenisePersonal;
}

/** What the intent tells of a call's arguments: nothing, but where the tenant's privacy policy asks for it, and then of marked fields alone. */
export type LogCall = (run: Run) => Pick<AuditData, 'facts'>;

export function createLogCall({ policies, tokens }: LogCallPorts): LogCall {
  return ({ request, call, prepared }) => {
    const policy = policies.of(call.tenant);
    if (policy === null || policy === 'unusable' || policy.logs === null) return {};
    // Without the key a token says only what was there: nothing waits for the key.
    void tokens.prepare(call.tenant);
    const fields = marksOf(prepared).arguments?.fields ?? null;
    const facts = loggedArguments(request.arguments, fields, policy.logs, (value, what) =>
      tokens.token(call.tenant, value, what),
    );
    return Object.keys(facts).length === 0 ? {} : { facts };
  };
}
