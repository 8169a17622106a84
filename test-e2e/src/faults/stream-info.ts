import { inboxPrefixOf } from '@patchbay/contracts';
import { seedFileOf } from '@patchbay/local-servers';
import { connectPlain } from '../plain-nats-client.ts';
import type { System } from '../system.ts';

interface StreamInfo {
  readonly cluster?: { readonly leader?: string };
  readonly state?: { readonly messages: number };
}

/**
 * Which of the servers leads the stream, by its number from 0, as the one at `url` sees it.
 * @throws Error when none does, or nobody answers within a second.
 */
export async function leaderOf(system: System, stream: string, url: string): Promise<number> {
  const { cluster } = await infoOf(system, stream, url);
  const number = /^n(\d+)/.exec(cluster?.leader ?? '')?.[1];
  if (number === undefined) throw new Error(`${stream} has no leader`);
  return Number(number) - 1;
}

/** @throws Error when nobody answers within a second. */
export async function messagesIn(system: System, stream: string): Promise<number> {
  const { state } = await infoOf(system, stream, system.patchbay.nats.url);
  if (state === undefined) throw new Error(`${stream} does not tell its state`);
  return state.messages;
}

function infoOf(system: System, stream: string, url: string): Promise<StreamInfo> {
  // Nobody answers while the cluster has no leader, nor does a server that is stopped greet.
  const silence = new Promise<never>((_, reject) => setTimeout(reject, 1_000, new Error('no answer')));
  return Promise.race([asked(system, stream, url), silence]);
}

async function asked({ patchbay }: System, stream: string, url: string): Promise<StreamInfo> {
  const client = await connectPlain(url, seedFileOf(patchbay.keys, 'provisioner'), inboxPrefixOf('provisioner'));
  const ending = setTimeout(() => client.close(), 2_000);
  try {
    return (await client.request(`$JS.API.STREAM.INFO.${stream}`, {})) as StreamInfo;
  } finally {
    clearTimeout(ending);
    client.close();
  }
}
