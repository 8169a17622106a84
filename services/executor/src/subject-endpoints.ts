import { routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint, type Messaging } from '@patchbay/messaging';
import { createNatsHeldRows } from './adapters/nats-held-rows.ts';
import { createNatsResults } from './adapters/nats-submissions.ts';
import { createNatsWaitingSubmissions } from './adapters/nats-waiting-submissions.ts';
import { createEraseHeld, createListHeld } from './operations/subjects/held-on-subject.ts';

/** What an executor answers about what is kept of a person. */
export async function subjectEndpoints(
  messaging: Pick<Messaging, 'bucket' | 'nextOfSubject' | 'eraseMessage'>,
): Promise<AnyEndpoint[]> {
  const results = await messaging.bucket('results');
  const rows = createNatsHeldRows({
    executions: await messaging.bucket('executions'),
    results,
    approvals: await messaging.bucket('approvals'),
    dead_letters: await messaging.bucket('dead_letters'),
  });
  const ports = {
    rows,
    waiting: createNatsWaitingSubmissions(messaging),
    results: createNatsResults(results),
    now: () => Date.now(),
  };
  const listHeld = createListHeld(ports);
  const eraseHeld = createEraseHeld(ports);
  return [
    endpoint('list-held', routes.listHeld, (request) => listHeld(request)),
    endpoint('erase-held', routes.eraseHeld, (request) => eraseHeld(request)),
  ];
}
