import type { PolicyDocument, PolicyTest, PolicyTestResult } from '@patchbay/contracts';
import type { CallFacts } from './call-facts.ts';
import { compilePolicies } from './compile-policies.ts';

/** A time for cases that name none, so that they come out the same at any: a Monday at noon. */
const someTime = Date.parse('2026-11-30T12:00:00Z');

/** Runs a document's cases against the documents that would be in force with it. */
export function runPolicyTests(
  inForce: readonly PolicyDocument[],
  tests: readonly PolicyTest[],
  slot: string,
): PolicyTestResult[] {
  if (tests.length === 0) return [];
  const set = compilePolicies(inForce, slot);
  return tests.map((test) => {
    const got = set.decide(factsOf(test));
    const named = got.reasons.map(({ policy }) => policy);
    const passed = got.effect === test.expect && (test.by ?? []).every((policy) => named.includes(policy));
    return { name: test.name, passed, expected: test.expect, got };
  });
}

function factsOf({ call }: PolicyTest): CallFacts {
  return {
    tool: {
      name: call.tool,
      integration: call.integration ?? (call.tool.split('_')[0] as string),
      version: '1.0.0',
      risk: call.risk,
      confirm: call.confirm ?? 'policy',
      confirmPrompt: null,
    },
    arguments: call.arguments,
    context: call.context,
    connection: call.connection ?? null,
    dryRun: false,
    now: call.at === undefined ? someTime : Date.parse(call.at),
    counts: call.counts ?? { session: 0, agent_day: 0, tool_day: 0, tenant_day: 0 },
  };
}
