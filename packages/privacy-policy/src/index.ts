export { type CarriedOut, carryOut, type Tokenise } from './carry-out.ts';
export {
  type CompiledPrivacyPolicy,
  compilePrivacyPolicy,
  privacyPolicyIssues,
} from './compile-privacy-policy.ts';
export type { CompiledRules } from './compile-rules.ts';
export { loggedArguments } from './log-arguments.ts';
export { PrivacyPolicies } from './privacy-policies.ts';
