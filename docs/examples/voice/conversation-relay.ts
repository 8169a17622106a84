import type { IncomingMessage } from 'node:http';
import { type Agent, ConversationRelay, isSignedByTwilio, lateTurn, type ModelCall } from '@patchbay/sdk';

/** A model's turn: either words for the person, or a tool call whose answer it wants to see. */
export type Turn = { readonly say: string } | { readonly call: ModelCall };
export type Model = (said: string, answers: readonly string[]) => Promise<Turn>;

/** As much as is needed of a WebSocket that Twilio opened. */
interface RelaySocket {
  send(text: string): void;
  close(code: number): void;
  on(event: 'message', listener: (data: { toString(): string }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

/** `url` is the one in the TwiML: `<ConversationRelay url="wss://…">`. */
export function serveRelay(
  agent: Agent,
  model: Model,
  {
    socket,
    request,
    url,
    authToken,
  }: { socket: RelaySocket; request: IncomingMessage; url: string; authToken: string },
): void {
  if (!isSignedByTwilio(url, request.headers['x-twilio-signature'] as string | undefined, authToken))
    return socket.close(1008);
  const relay = new ConversationRelay(agent, {
    send: (command) => socket.send(JSON.stringify(command)),
    onPrompt: (said) => answer(said),
    onLate: (late) => answer(lateTurn(late)),
  });

  async function answer(said: string): Promise<void> {
    const answers: string[] = [];
    for (;;) {
      const turn = await model(said, answers);
      if ('say' in turn) return relay.say(turn.say);
      answers.push((await relay.voice.run(turn.call)).text);
    }
  }

  socket.on('message', (data) => void relay.receive(data.toString()));
  // Calls that can no longer be told to stop end by their deadline.
  socket.on('close', () => relay.close().catch(() => {}));
}
