import { inboxPrefixOf } from '@patchbay/contracts';
import { connectMessaging } from '@patchbay/messaging';
import { readSecretFile } from '@patchbay/service-kit';
import { readFileOf } from './check-backup.ts';
import type { OpenedBackup } from './manifest.ts';

export interface RestoreStreamsRequest {
  readonly natsUrls: readonly string[];
  /** File with the NKey seed of identity `backup`. */
  readonly seedFile: string;
  /** Halves of one backup. */
  readonly halves: readonly OpenedBackup[];
  /** Which streams; default every one of the halves. */
  readonly wanted?: (stream: string) => boolean;
  readonly onStep?: (line: string) => void;
}

export interface RestoredStreams {
  readonly streams: number;
  readonly messages: number;
}

/**
 * Makes streams again that are missing on the servers. Provisioning afterwards makes what no backup holds, durables of the audit
 * stream among it, and has the servers keep as many copies as they should.
 * @throws PatchbayError `invalid_request` when one of them is there: restoring never replaces anything.
 */
export async function restoreStreams(request: RestoreStreamsRequest): Promise<RestoredStreams> {
  const { halves, wanted = () => true, onStep = () => {} } = request;
  const messaging = await connectMessaging({
    servers: request.natsUrls,
    seed: readSecretFile(request.seedFile),
    name: 'backup',
    inboxPrefix: inboxPrefixOf('backup'),
  });
  let [streams, messages] = [0, 0];
  try {
    for (const half of halves)
      for (const { name, snapshot } of half.content.files) {
        if (snapshot === undefined || !wanted(name)) continue;
        await messaging.restoreStream(snapshot, readFileOf(half, name));
        streams++;
        messages += snapshot.state.messages;
        onStep(`stream ${name}: ${snapshot.state.messages} messages`);
      }
    return { streams, messages };
  } finally {
    await messaging.close();
  }
}
