import type { Agent } from '@patchbay/sdk';
import type OpenAI from 'openai';

type Send = (event: OpenAI.Realtime.RealtimeClientEvent) => void;

export async function onSessionCreated(agent: Agent, send: Send, names: string[]) {
  const { tools } = await agent.tools.describe(names, 'openai-realtime');
  send({ type: 'session.update', session: { type: 'realtime', tools } });
}

export async function onResponseDone(agent: Agent, send: Send, { response }: OpenAI.Realtime.ResponseDoneEvent) {
  const outputs = await agent.runRealtimeCalls(response.output ?? []);
  for (const output of outputs) send(output);
  if (outputs.length > 0) send({ type: 'response.create' });
}
