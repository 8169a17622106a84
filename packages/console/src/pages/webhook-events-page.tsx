import type { LiveTopic, WebhookEventSummary, WebhookSourceView } from '@patchbay/contracts';
import { useState } from 'react';
import { Link } from 'react-router';
import { type Page as ListPage, useGet, usePages } from '../api/use-get.tsx';
import { Choice } from '../components/choice.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { MoreButton } from '../components/more-button.tsx';
import { Page } from '../components/page.tsx';
import { LiveBadge } from '../live/live-badge.tsx';
import { useLive } from '../live/use-live.tsx';
import { useSession } from '../session/session-context.tsx';
import { ReplayDialog } from './replay-dialog.tsx';

const topics: readonly LiveTopic[] = ['webhooks'];
const pollMs = 5_000;

/** Verified events, newest first, and a way to deliver them again. */
export function WebhookEventsPage() {
  const { may } = useSession();
  const [source, setSource] = useState('');
  const [replayed, setReplayed] = useState<WebhookEventSummary | null>(null);
  const sources = useGet<ListPage<WebhookSourceView>>('/v1/webhooks/sources', { limit: 1_000 });
  const asked = usePages<WebhookEventSummary>('/v1/webhooks/events', { source, limit: 50 }, { everyMs: pollMs });
  const refresh = () => void asked.refetch();
  const live = useLive({ topics, onEvents: refresh, onGap: refresh });
  const nameOf = (id: string) => sources.data?.items.find((one) => one.id === id)?.name || id;
  return (
    <Page
      title="Webhook events"
      about="What vendors signed, of the last fourteen days."
      actions={<LiveBadge state={live} />}
    >
      <div className="filters">
        <Choice
          label="Source"
          value={source}
          onChange={setSource}
          none="all"
          options={(sources.data?.items ?? []).map(({ id, name, scheme }) => [id, name || scheme || id] as const)}
        />
      </div>
      <Loaded asked={asked}>
        {() =>
          asked.items.length === 0 ? (
            <Empty title="No events" next="When a vendor sends one to a source, it shows up here by itself.">
              <Link className="button" to="/webhooks">
                See the sources
              </Link>
            </Empty>
          ) : (
            <>
              <DataTable
                caption="Webhook events"
                keyOf={({ id }) => id}
                rows={asked.items}
                columns={[
                  { head: 'When', cell: ({ received_at }) => <Moment at={received_at} /> },
                  { head: 'Type', cell: ({ id, type }) => <Link to={`/webhooks/events/${id}`}>{type}</Link> },
                  { head: 'Source', cell: (one) => nameOf(one.source) },
                  {
                    head: 'Vendor’s id',
                    cell: ({ vendor_id }) => (vendor_id === null ? '–' : <code>{vendor_id}</code>),
                  },
                  { head: 'Bytes', number: true, cell: ({ payload_bytes }) => payload_bytes.toLocaleString('en') },
                  {
                    head: 'Change',
                    cell: (one) =>
                      may('webhooks:write') && (
                        <button type="button" onClick={() => setReplayed(one)}>
                          Replay<span className="hidden-visually"> {one.type}</span>
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
      <ReplayDialog event={replayed} onDone={() => setReplayed(null)} />
    </Page>
  );
}
