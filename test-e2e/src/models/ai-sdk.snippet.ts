import { type Agent, aiSdkTools } from '@patchbay/sdk';
import { generateText, isStepCount, jsonSchema, type LanguageModel, tool } from 'ai';

export async function answer(agent: Agent, model: LanguageModel, names: string[], request: string) {
  const { tools } = await agent.tools.describe(names, 'ai-sdk');
  return generateText({
    model,
    prompt: request,
    tools: aiSdkTools(agent, { tool, jsonSchema }, tools),
    stopWhen: isStepCount(8),
  });
}
