import type Anthropic from '@anthropic-ai/sdk';
import { type Agent, anthropicRunnableSearch, anthropicRunnableTools } from '@patchbay/sdk';

export async function answer(agent: Agent, client: Anthropic, names: string[], request: string) {
  const { tools } = await agent.tools.describe(names, 'anthropic');
  // Only what a search finds is put before the model.
  const deferred = tools.map((tool) => ({ ...tool, defer_loading: true }));
  return client.beta.messages.toolRunner({
    model: 'claude-sonnet-5',
    max_tokens: 1_024,
    tools: [anthropicRunnableSearch(agent), ...anthropicRunnableTools(agent, deferred)],
    messages: [{ role: 'user', content: request }],
  });
}
