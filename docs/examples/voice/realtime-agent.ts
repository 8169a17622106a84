import { type Agent, RealtimeTools, VoiceSession, withReservedArguments } from '@patchbay/sdk';

/** As much as is needed of a WebSocket to `wss://api.openai.com/v1/realtime`. */
interface RealtimeSocket {
  send(text: string): void;
  addEventListener(type: 'message', listener: (message: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: () => void): void;
}

/** Gives a Realtime session its tools, and carries out what its model calls. */
export async function serveRealtime(agent: Agent, socket: RealtimeSocket, session: string, names: readonly string[]) {
  const conversation = new VoiceSession(agent, { session });
  const calls = new RealtimeTools(conversation, (event) => socket.send(JSON.stringify(event)));
  socket.addEventListener('message', ({ data }) => void calls.receive(JSON.parse(String(data))));
  socket.addEventListener('close', () => void conversation.end());

  const { tools } = await agent.tools.describe(names, 'openai-realtime');
  const ready = tools.map((tool) => ({
    ...tool,
    parameters: withReservedArguments(tool['parameters'] as Record<string, unknown>),
  }));
  socket.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime', tools: ready } }));
}
