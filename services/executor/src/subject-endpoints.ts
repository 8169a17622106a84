import { routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint, type Messaging } from '@patchbay/messaging';
import { createNatsHeldRows } from './adapters/nats-held-rows.ts';
import { createEraseHeld, createListHeld } from './operations/subjects/held-on-subject.ts';

/** What an executor answers about what is kept of a person. */
export async function subjectEndpoints(messaging: Pick<Messaging, 'bucket'>): Promise<AnyEndpoint[]> {
  const rows = createNatsHeldRows({
    executions: await messaging.bucket('executions'),
    results: await messaging.bucket('results'),
    approvals: await messaging.bucket('approvals'),
    dead_letters: await messaging.bucket('dead_letters'),
  });
  const listHeld = createListHeld(rows);
  const eraseHeld = createEraseHeld(rows);
  return [
    endpoint('list-held', routes.listHeld, (request) => listHeld(request)),
    endpoint('erase-held', routes.eraseHeld, (request) => eraseHeld(request)),
  ];
}
