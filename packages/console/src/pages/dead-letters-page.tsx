import type { ChangeWebhookDeadLettersResult, WebhookDeadLetter } from '@patchbay/contracts';
import { Link } from 'react-router';
import { usePages, useSend } from '../api/use-get.tsx';
import { ConfirmButton } from '../components/confirm-button.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { MoreButton } from '../components/more-button.tsx';
import { Page } from '../components/page.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { useSession } from '../session/session-context.tsx';

const path = '/v1/webhooks/dead-letters';

/** Deliveries that were given up. */
export function DeadLettersPage() {
  const { may } = useSession();
  const asked = usePages<WebhookDeadLetter>(path, { limit: 100 });
  const change = useSend<{ verb: 'redrive' | 'drop'; ids?: readonly string[] }, ChangeWebhookDeadLettersResult>({
    path: ({ verb }) => `${path}/${verb}`,
    ask: ({ ids }) => ({ body: { dry_run: false, ...(ids !== undefined && { ids }) } }),
    stale: ['/v1/webhooks'],
    said: ({ verb }) => (verb === 'redrive' ? 'They are delivered again.' : 'They are forgotten.'),
  });
  return (
    <Page
      title="Dead letters"
      about="Deliveries that were given up after their last attempt. Mend the target, then deliver them again."
      actions={
        may('webhooks:write') &&
        asked.items.length > 0 && (
          <>
            <button type="button" data-kind="main" onClick={() => change.send({ verb: 'redrive' })}>
              Deliver all again
            </button>
            <ConfirmButton
              label="Drop all"
              title="Drop all dead letters?"
              onConfirm={() => change.send({ verb: 'drop' })}
            >
              <p>They are not delivered any more. Their events stay as long as events are kept.</p>
            </ConfirmButton>
          </>
        )
      }
    >
      {change.problem !== null && <ProblemNote problem={change.problem} />}
      <Loaded asked={asked}>
        {() =>
          asked.items.length === 0 ? (
            <Empty title="None" next="Every delivery succeeded, or is still tried." />
          ) : (
            <>
              <DataTable
                caption="Dead letters"
                keyOf={({ id }) => id}
                rows={asked.items}
                columns={[
                  { head: 'Given up', cell: ({ died_at }) => <Moment at={died_at} /> },
                  {
                    head: 'Event',
                    cell: ({ event, event_type }) => <Link to={`/webhooks/events/${event}`}>{event_type}</Link>,
                  },
                  { head: 'Attempts', number: true, cell: ({ attempts }) => attempts },
                  {
                    head: 'Last answer',
                    cell: ({ last_attempt, reason }) =>
                      last_attempt === null
                        ? reason
                        : `${last_attempt.status ?? ''} ${last_attempt.error_code ?? ''} ${last_attempt.message ?? ''}`,
                  },
                  {
                    head: 'Change',
                    cell: ({ id, event_type }) =>
                      may('webhooks:write') && (
                        <button type="button" onClick={() => change.send({ verb: 'redrive', ids: [id] })}>
                          Deliver again<span className="hidden-visually"> {event_type}</span>
                        </button>
                      ),
                  },
                ]}
              />
              <MoreButton pages={asked} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
