import type { PolicyDocument } from '@patchbay/contracts';
import type { CallFacts, ToolFacts } from './call-facts.ts';

export function document(text: string, over: Partial<PolicyDocument> = {}): PolicyDocument {
  return {
    scope: 'acme',
    name: 'house',
    version: 1,
    text,
    tests: [],
    updated_at: '2026-11-30T00:00:00.000Z',
    updated_by: 'admin',
    ...over,
  };
}

export function facts({
  tool = {},
  ...over
}: Partial<Omit<CallFacts, 'tool'>> & { tool?: Partial<ToolFacts> } = {}): CallFacts {
  return {
    tool: {
      name: 'stripe_create_refund',
      integration: 'stripe',
      version: '1.2.0',
      risk: 'write',
      confirm: 'policy',
      confirmPrompt: null,
      ...tool,
    },
    arguments: {},
    context: { agent: 'front-desk', session: 'call-1' },
    connection: null,
    dryRun: false,
    now: Date.parse('2026-11-30T12:30:00Z'),
    counts: null,
    ...over,
  };
}
