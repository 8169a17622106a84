import type { IntegrationDocument, Issue } from '@patchbay/contracts';
import type { AuthPlan } from '../auth/auth-plan.ts';
import { compileAuth, pathMarkerOf } from '../auth/auth-plan.ts';
import type { RequestSigner } from '../auth/aws-signature.ts';
import { compileAwsSignature } from '../auth/aws-signature.ts';
import type { ExchangePlan } from '../auth/exchange-plan.ts';
import { compileExchange } from '../auth/exchange-plan.ts';
import type { BaseUrl } from '../request/base-url.ts';
import { compileBaseUrl } from '../request/base-url.ts';
import type { HostList } from '../request/hosts.ts';
import { compileHosts, hostIsListed } from '../request/hosts.ts';
import type { VariableRule } from '../request/variables.ts';
import { compileVariables } from '../request/variables.ts';
import type { RulePlan } from '../response/error-rule.ts';
import { compileErrorRules } from '../response/error-rule.ts';

/** What all tools of a document have in common. */
export interface DocumentPlan {
  readonly variables: ReadonlyMap<string, VariableRule>;
  readonly base: BaseUrl | null;
  readonly hosts: HostList | null;
  readonly auth: AuthPlan | null;
  /** Signs what leaves, where the credential is shown as a signature. */
  readonly sign: RequestSigner | null;
  readonly exchange: ExchangePlan | null;
  readonly rules: readonly RulePlan[];
  /** What is wrong with the common parts. */
  readonly issues: readonly Issue[];
}

const plans = new WeakMap<IntegrationDocument, DocumentPlan>();

/** The document's plan, made once per document. */
export function documentPlanOf(document: IntegrationDocument): DocumentPlan {
  const known = plans.get(document);
  if (known !== undefined) return known;
  const issues: Issue[] = [];
  const report = (path: string, message: string): void => void issues.push({ path, message });
  const variables = compileVariables(document, report);
  const base = compileBaseUrl(document.base_url, variables, report, 'base_url', pathMarkerOf(document.auth));
  const [, scheme = 'https', hostText = ''] = /^(https?):\/\/([^/]+)/.exec(document.base_url) ?? [];
  const hosts = base === null ? null : compileHosts(document.auth.hosts, base, hostText, scheme, variables, report);
  const auth = compileAuth(document.auth, report);
  if (auth !== null && base !== null && hosts !== null) {
    const baseHost = base.kind === 'static' ? base.host : hostText;
    // With variables on both sides only the texts can be compared; the real hosts are when a request is built.
    const comparable = base.kind === 'static' && hosts.declared.every((host) => !host.includes('{'));
    if (comparable && !hostIsListed(hosts.declared, baseHost))
      report('auth.hosts', `does not hold '${baseHost}', the host of base_url`);
  }
  const sign = compileAwsSignature(document.auth, variables, report);
  const exchange = compileExchange(document.auth, hosts, variables, report);
  const plan = {
    variables,
    base,
    hosts,
    auth,
    sign,
    exchange,
    rules: compileErrorRules(document.errors, report, 'errors'),
    issues,
  };
  plans.set(document, plan);
  return plan;
}
