import type { PolicyDecision } from '@patchbay/contracts';
import type { CallFacts } from './call-facts.ts';
import { sentenceOf } from './sentence.ts';

const scope = { scope: 'built_in', version: 0 } as const;
const permitted: PolicyDecision = {
  effect: 'permit',
  reasons: [{ policy: 'default.own-tools', ...scope, effect: 'permit' }],
  say: null,
};

/** What the built-in document says, without Cedar: most tenants have no other, and most calls are not destructive. */
export function decideByDefault({ tool, arguments: args }: Pick<CallFacts, 'tool' | 'arguments'>): PolicyDecision {
  if (tool.risk !== 'destructive') return permitted;
  return {
    effect: 'require_confirmation',
    reasons: [
      {
        policy: 'default.confirm-destructive',
        ...scope,
        effect: 'require_confirmation',
        because: 'The tool is destructive.',
      },
    ],
    say: tool.confirmPrompt === null ? null : sentenceOf(tool.confirmPrompt, args),
  };
}
