import { readFileSync } from 'node:fs';
import { inboxPrefixOf, routes } from '@patchbay/contracts';
import { connectMessaging, endpoint } from '@patchbay/messaging';
import { selfReport } from '@patchbay/service-kit';

// A registry's process of an older version, on another machine: run with a clock that is wrong and few descriptors.
const [servers = '', seedFile = ''] = process.argv.slice(2);
const messaging = await connectMessaging({
  servers: [servers],
  seed: readFileSync(seedFile, 'utf8'),
  name: 'registry-old',
  inboxPrefix: inboxPrefixOf('registry'),
});
await messaging.serve(
  {
    name: 'registry',
    version: '0.0.9',
    description: 'Left behind',
    status: selfReport({ instance: 'registry-old', mode: 'development', auditSpool: null }),
  },
  // What nobody asks for in the test.
  [
    endpoint('remove_toolset', routes.removeToolset, () => {
      throw new Error('nobody asks');
    }),
  ],
);
process.send?.('ready');
process.on('disconnect', () => process.exit());
