import type { AuditEvent } from '@patchbay/contracts';
import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import { type Page as ListPage, useGet } from '../api/use-get.tsx';
import { LineChart } from '../charts/line-chart.tsx';
import { ShareBars } from '../charts/share-bars.tsx';
import { Badge } from '../components/badge.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { Page } from '../components/page.tsx';
import { Tiles } from '../components/tiles.tsx';
import { merged, type Outcome, summarise } from '../live/execution-window.ts';
import { LiveBadge } from '../live/live-badge.tsx';
import type { LiveTopic } from '../live/live-messages.ts';
import { outcomeOfAudit, outcomeOfFinished } from '../live/outcome-of.ts';
import { useLive } from '../live/use-live.tsx';
import { Breakers } from './breakers.tsx';

const window_ = { windowMs: 300_000, bucketMs: 10_000 };
const topics: readonly LiveTopic[] = ['executions'];
const mostKept = 20_000;
const pollMs = 5_000;
const tickMs = 1_000;
/** How often who hears the page is told how it stands. */
const saidEveryMs = 30_000;

const shown = (value: number | null) => (value === null ? '–' : value < 100 ? value.toFixed(1) : Math.round(value));

/** What the last five minutes were like, as it happens. */
export function OverviewPage() {
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>([]);
  const [nowMs, setNowMs] = useState(Date.now);
  const [from] = useState(() => new Date(Date.now() - window_.windowMs).toISOString());
  const take = (come: readonly Outcome[]) => setOutcomes((before) => merged(before, come, mostKept));
  const live = useLive({
    topics,
    onEvents: (_topic, events) =>
      take(events.flatMap(({ data, time }) => (data === null ? [] : [outcomeOfFinished(data as never, time)]))),
    onGap: () => void asked.refetch(),
  });
  // What was before the page was opened, and while nothing is told live, what comes.
  const asked = useGet<ListPage<AuditEvent>>(
    '/v1/executions',
    { from, limit: 1_000 },
    { everyMs: live === 'live' ? 0 : pollMs },
  );
  useEffect(() => {
    const come = asked.data?.items.flatMap((event) => outcomeOfAudit(event) ?? []) ?? [];
    setOutcomes((before) => merged(before, come, mostKept));
  }, [asked.data]);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), tickMs);
    return () => clearInterval(timer);
  }, []);

  const summary = summarise(outcomes, { ...window_, nowMs });
  const { buckets } = summary;
  const words = `${summary.count} executions in the last five minutes, ${summary.failed} of them without success.`;
  return (
    <Page title="Overview" about="The last five minutes of this tenant." actions={<LiveBadge state={live} />}>
      <Loaded asked={asked}>
        {() => (
          <>
            <Tiles
              of={[
                ['Executions', summary.count.toLocaleString('en')],
                ['A second', summary.rate.toFixed(2)],
                ['Median', shown(summary.p50), 'ms'],
                ['95 of 100 within', shown(summary.p95), 'ms'],
                ['99 of 100 within', shown(summary.p99), 'ms'],
                ['Without success', summary.failed.toLocaleString('en')],
              ]}
            />
            <Said words={words} />
            {summary.count === 0 && (
              <Empty title="Quiet" next="Nothing ran in the last five minutes. What runs shows up here by itself.">
                <Link className="button" data-kind="main" to="/tools">
                  Try a tool
                </Link>
              </Empty>
            )}
            <div className="columns">
              <LineChart
                title="Executions a second"
                summary={words}
                at={buckets.at}
                lines={[{ label: 'executions', values: buckets.rate, unit: 'per second' }]}
                bars
              />
              <LineChart
                title="Latency"
                summary={`Median ${shown(summary.p50)} ms, 95 of 100 within ${shown(summary.p95)} ms.`}
                at={buckets.at}
                lines={[
                  { label: 'p50', values: buckets.p50, unit: 'ms' },
                  { label: 'p95', values: buckets.p95, unit: 'ms' },
                ]}
              />
            </div>
            <div className="columns">
              <section className="card">
                <h2>Why calls did not succeed</h2>
                {summary.errors.length === 0 ? (
                  <p className="muted">All did.</p>
                ) : (
                  <ShareBars label="Error codes by how often" of={summary.errors} />
                )}
              </section>
              <Breakers />
            </div>
            <section className="stack">
              <h2>Latest</h2>
              {outcomes.length > 0 && (
                <DataTable
                  caption="The latest executions"
                  keyOf={({ id }) => id}
                  rows={outcomes.slice(-10).reverse()}
                  columns={[
                    { head: 'When', cell: ({ at }) => <Moment at={new Date(at).toISOString()} /> },
                    { head: 'Tool', cell: ({ tool }) => tool ?? '–' },
                    { head: 'Outcome', cell: ({ status }) => <Badge word={status} /> },
                    { head: 'Took', cell: ({ ms }) => `${shown(ms)} ms`, number: true },
                    { head: 'Execution', cell: ({ id }) => <Link to={`/executions/${id}`}>{id.slice(-8)}</Link> },
                  ]}
                />
              )}
            </section>
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** Says how it stands now and then: each change would drown everything else. */
function Said({ words }: { readonly words: string }) {
  const [said, setSaid] = useState(words);
  useEffect(() => {
    const timer = setTimeout(() => setSaid(words), saidEveryMs - (Date.now() % saidEveryMs));
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <p className="hidden-visually" aria-live="polite">
      {said}
    </p>
  );
}
