import type { ListDeliveriesResult, ShowWebhookEventResult } from '@patchbay/contracts';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { type Page as ListPage, useGet } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { CodeBlock } from '../components/code-block.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Facts } from '../components/facts.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { Page } from '../components/page.tsx';
import { useSession } from '../session/session-context.tsx';
import { bodyText } from './body-text.ts';
import { ReplayDialog } from './replay-dialog.tsx';

type DeliverySummary = ListDeliveriesResult['deliveries'][number];

/** One verified event: how it came, what is in it, and where it went. */
export function WebhookEventPage() {
  const { event = '' } = useParams();
  const { may } = useSession();
  const [replaying, setReplaying] = useState(false);
  const asked = useGet<ShowWebhookEventResult>(`/v1/webhooks/events/${event}`);
  const deliveries = useGet<ListPage<DeliverySummary>>(
    '/v1/webhooks/deliveries',
    { event, limit: 100 },
    { everyMs: 5_000 },
  );
  return (
    <Page
      title={asked.data?.event.type ?? 'Event'}
      crumb={<Link to="/webhooks/events">Events</Link>}
      about={<code>{event}</code>}
      actions={
        may('webhooks:write') && (
          <button type="button" data-kind="main" onClick={() => setReplaying(true)}>
            Replay
          </button>
        )
      }
    >
      <Loaded asked={asked}>
        {({ event: facts, body, total_bytes }) => (
          <div className="columns">
            <section className="card">
              <h2>Facts</h2>
              <Facts
                of={{
                  Came: <Moment at={facts.received_at} />,
                  Source: <Link to={`/webhooks/sources/${facts.source}`}>{facts.source}</Link>,
                  Scheme: `${facts.scheme}, ${facts.variant}`,
                  'Verified with': <code>{facts.secret_id}</code>,
                  'Vendor’s id': facts.vendor_id && <code>{facts.vendor_id}</code>,
                  Place: `${facts.index + 1} of ${facts.count} in its request`,
                  Bytes: total_bytes,
                }}
              />
            </section>
            <CodeBlock
              title="Request"
              value={`${facts.request.method} ${facts.request.url}\n${facts.request.headers.map(([name, value]) => `${name}: ${value}`).join('\n')}`}
            />
            <CodeBlock title="Payload" value={bodyText(body)} wrap />
          </div>
        )}
      </Loaded>
      <section className="stack">
        <h2>Deliveries</h2>
        <Loaded asked={deliveries}>
          {({ items }) =>
            items.length === 0 ? (
              <p className="muted">It was delivered to nobody: no subscription matched.</p>
            ) : (
              <DataTable
                caption="Deliveries of this event"
                keyOf={({ id }) => id}
                rows={items}
                columns={[
                  { head: 'Begun', cell: ({ created_at }) => <Moment at={created_at} /> },
                  { head: 'Subscription', cell: ({ subscription }) => <code>{subscription}</code> },
                  {
                    head: 'State',
                    cell: ({ state, replay_of }) => (
                      <span className="row">
                        <Badge word={state} /> {replay_of !== null && <Badge word="replay" />}
                      </span>
                    ),
                  },
                  { head: 'Attempts', number: true, cell: ({ attempts }) => attempts },
                ]}
              />
            )
          }
        </Loaded>
      </section>
      <ReplayDialog
        event={replaying ? { id: event, type: asked.data?.event.type ?? '' } : null}
        onDone={() => setReplaying(false)}
      />
    </Page>
  );
}
