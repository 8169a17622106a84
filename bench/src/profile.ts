import { setTimeout as delay } from 'node:timers/promises';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}
interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Node's default inspector port, which SIGUSR1 opens on the loopback. */
const inspector = 'http://127.0.0.1:9229/json/list';

/** Samples a running Node process for the time and gives its busiest functions, by their own time. */
export async function profileProcess(pid: number, seconds: number): Promise<string[]> {
  process.kill(pid, 'SIGUSR1');
  const socket = new WebSocket(await debuggerUrl());
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  let sequence = 0;
  const ask = (method: string, params: object = {}) =>
    new Promise<{ profile?: Profile }>((resolve) => {
      const id = ++sequence;
      const listen = ({ data }: MessageEvent) => {
        const message = JSON.parse(String(data)) as { id?: number; result?: { profile?: Profile } };
        if (message.id !== id) return;
        socket.removeEventListener('message', listen);
        resolve(message.result ?? {});
      };
      socket.addEventListener('message', listen);
      socket.send(JSON.stringify({ id, method, params }));
    });
  await ask('Profiler.enable');
  await ask('Profiler.setSamplingInterval', { interval: 200 });
  await ask('Profiler.start');
  await delay(seconds * 1_000);
  const { profile } = await ask('Profiler.stop');
  socket.close();
  return profile === undefined ? [] : busiest(profile);
}

async function debuggerUrl(): Promise<string> {
  for (let i = 0; i < 100; i++) {
    try {
      const [target] = (await (await fetch(inspector)).json()) as { webSocketDebuggerUrl: string }[];
      if (target !== undefined) return target.webSocketDebuggerUrl;
    } catch {
      // Not open yet.
    }
    await delay(50);
  }
  throw new Error('the process did not open its inspector');
}

function busiest({ nodes, samples, timeDeltas }: Profile): string[] {
  const frames = new Map(
    nodes.map(({ id, callFrame }) => [
      id,
      `${callFrame.functionName || '(anonymous)'} ${callFrame.url.split('/').slice(-3).join('/')}:${callFrame.lineNumber + 1}`,
    ]),
  );
  const own = new Map<string, number>();
  let total = 0;
  samples.forEach((id, i) => {
    const frame = frames.get(id) ?? '?';
    const delta = timeDeltas[i] ?? 0;
    if (frame.startsWith('(idle)')) return;
    total += delta;
    own.set(frame, (own.get(frame) ?? 0) + delta);
  });
  return [...own]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 45)
    .map(([frame, time]) => `${((time / total) * 100).toFixed(1).padStart(5)} %  ${frame}`);
}
