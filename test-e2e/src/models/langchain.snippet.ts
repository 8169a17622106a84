import { DynamicStructuredTool } from '@langchain/core/tools';
import { type Agent, langChainTools } from '@patchbay/sdk';

export async function toolsFor(agent: Agent, names: string[]) {
  const { tools } = await agent.tools.describe(names, 'langchain');
  return langChainTools(agent, DynamicStructuredTool, tools);
}
