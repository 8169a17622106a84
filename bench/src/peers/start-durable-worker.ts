import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startModule } from '../processes.ts';
import { startBareNats } from '../start-bare.ts';
import { benchToken, type Peer } from './peer.ts';

/** `durable-worker/main.ts` and a nats-server whose streams reach the disk as those of Patchbay on one machine do. */
export const durableWorker: Peer = {
  id: 'worker',
  name: 'hand-written durable NATS worker',
  packages: null,
  async start(place) {
    const nats = await startBareNats(place);
    const credential = join(place.dir, 'credential');
    writeFileSync(credential, benchToken, { mode: 0o600 });
    const { child: worker } = await startModule('peers/durable-worker/main.ts', [
      nats.url,
      place.upstream.url,
      credential,
    ]);
    place.children.push(worker);
    const { child: driver } = await startModule('peers/worker-driver.ts', [nats.url]);
    place.children.push(driver);
    return {
      pids: { nats: nats.pid, worker: worker.pid as number },
      doors: [{ id: 'worker', name: 'hand-written durable NATS worker', driver }],
    };
  },
};
