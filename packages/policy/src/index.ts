export { builtInDefault, defaultName } from './built-in.ts';
export type { CallFacts, ToolFacts } from './call-facts.ts';
export { compilePolicies, type PolicySet } from './compile-policies.ts';
export { decideByDefault } from './decide-by-default.ts';
export { documentsInForce } from './documents-in-force.ts';
export { type Linted, lintPolicies } from './lint-policies.ts';
export { type Mistake, PolicyDocuments, policyKey } from './policy-documents.ts';
export { runPolicyTests } from './run-policy-tests.ts';
