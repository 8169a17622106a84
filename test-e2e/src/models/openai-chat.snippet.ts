import { type Agent, openAiRunnableTools } from '@patchbay/sdk';
import type OpenAI from 'openai';

export async function answer(agent: Agent, client: OpenAI, names: string[], request: string) {
  const { tools } = await agent.tools.describe(names, 'openai-chat');
  const runner = client.chat.completions.runTools({
    model: 'gpt-5.4',
    messages: [{ role: 'user', content: request }],
    tools: openAiRunnableTools(agent, tools),
  });
  return runner.finalContent();
}
