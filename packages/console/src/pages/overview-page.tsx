import type { AuditEvent, LiveTopic } from '@patchbay/contracts';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { useGet, usePages } from '../api/use-get.tsx';
import { LineChart } from '../charts/line-chart.tsx';
import { ShareBars } from '../charts/share-bars.tsx';
import { Badge } from '../components/badge.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { milliseconds } from '../components/milliseconds.ts';
import { Moment } from '../components/moment.tsx';
import { Page } from '../components/page.tsx';
import { Tiles } from '../components/tiles.tsx';
import { LiveBadge } from '../live/live-badge.tsx';
import { useLive } from '../live/use-live.tsx';
import { Breakers } from './breakers.tsx';
import type { Overview } from './overview.ts';

const topics: readonly LiveTopic[] = ['executions', 'circuits'];
/** How often it asks while nothing is told live, and at most when much is. */
const pollMs = 5_000;
const soonestMs = 1_000;
/** How often who hears the page is told how it stands. */
const saidEveryMs = 30_000;
const latest = 10;

/** What the last five minutes were like, as it happens. */
export function OverviewPage() {
  const asked = useGet<Overview>('/v1/metrics', {}, { everyMs: pollMs });
  const recent = usePages<AuditEvent>('/v1/executions', { limit: 2 * latest }, { everyMs: pollMs });
  const refresh = useSoon(() => {
    void asked.refetch();
    void recent.refetch();
  });
  const live = useLive({ topics, onEvents: refresh, onGap: refresh });
  const outcomes = recent.items.filter(({ type }) => type.endsWith('execution.outcome')).slice(0, latest);
  return (
    <Page title="Overview" about="The last five minutes of this tenant." actions={<LiveBadge state={live} />}>
      <Loaded asked={asked}>
        {({ totals, per_second, points, point_ms, errors, tools, circuits }) => {
          const without = totals.calls - totals.succeeded;
          const words = `${totals.calls} executions in the last five minutes, ${without} of them without success.`;
          const at = points.map((point) => Date.parse(point.at) / 1_000);
          return (
            <>
              <Tiles
                of={[
                  ['Executions', totals.calls.toLocaleString('en')],
                  ['A second', per_second.toFixed(2)],
                  ['Median', milliseconds(totals.p50_ms)],
                  ['95 of 100 within', milliseconds(totals.p95_ms)],
                  ['99 of 100 within', milliseconds(totals.p99_ms)],
                  ['Without success', without.toLocaleString('en')],
                ]}
              />
              <Said words={words} />
              {totals.calls === 0 && (
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
                  at={at}
                  lines={[
                    { label: 'all', unit: 'per second', values: points.map(({ calls }) => calls / (point_ms / 1_000)) },
                    {
                      label: 'failed or refused',
                      unit: 'per second',
                      values: points.map(({ failed, refused }) => (failed + refused) / (point_ms / 1_000)),
                    },
                  ]}
                  bars
                />
                <LineChart
                  title="Latency"
                  summary={`Median ${milliseconds(totals.p50_ms)}, 95 of 100 within ${milliseconds(totals.p95_ms)}.`}
                  at={at}
                  lines={[
                    { label: 'p50', unit: 'ms', values: points.map(({ p50_ms }) => p50_ms) },
                    { label: 'p95', unit: 'ms', values: points.map(({ p95_ms }) => p95_ms) },
                    { label: 'p99', unit: 'ms', values: points.map(({ p99_ms }) => p99_ms) },
                  ]}
                />
              </div>
              <div className="columns">
                <section className="card">
                  <h2>Why calls did not succeed</h2>
                  {errors.length === 0 ? (
                    <p className="muted">All did.</p>
                  ) : (
                    <ShareBars label="Error codes by how often" of={errors.map(({ code, calls }) => [code, calls])} />
                  )}
                </section>
                <section className="card">
                  <h2>Most called</h2>
                  {tools.length === 0 ? (
                    <p className="muted">Nothing yet.</p>
                  ) : (
                    <ShareBars label="Tools by how often" of={tools.map(({ tool, calls }) => [tool, calls])} />
                  )}
                </section>
                <Breakers circuits={circuits} />
              </div>
            </>
          );
        }}
      </Loaded>
      {outcomes.length > 0 && (
        <section className="stack">
          <h2>Latest</h2>
          <DataTable
            caption="The latest executions"
            keyOf={({ id }) => id}
            rows={outcomes}
            columns={[
              { head: 'When', cell: ({ time }) => <Moment at={time} /> },
              {
                head: 'Tool',
                cell: ({ data }) => <Link to={`/executions/${data.execution_id}`}>{data.tool ?? data.target.id}</Link>,
              },
              {
                head: 'Outcome',
                cell: ({ data }) => (
                  <span className="row">
                    <Badge word={data.outcome} /> {data.error_code !== undefined && <code>{data.error_code}</code>}
                  </span>
                ),
              },
              { head: 'Took', cell: ({ data }) => milliseconds(data.duration_ms ?? null), number: true },
            ]}
          />
        </section>
      )}
    </Page>
  );
}

/** Calls it soon, and once however often it is asked meanwhile. */
function useSoon(work: () => void): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const latestWork = useRef(work);
  useEffect(() => {
    latestWork.current = work;
  });
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  return () => {
    timer.current ??= setTimeout(() => {
      timer.current = null;
      latestWork.current();
    }, soonestMs);
  };
}

/** Says how it stands now and then: each change would drown everything else. */
function Said({ words }: { readonly words: string }) {
  const [said, setSaid] = useState(words);
  const newest = useRef(words);
  newest.current = words;
  useEffect(() => {
    const timer = setInterval(() => setSaid(newest.current), saidEveryMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className="hidden-visually" aria-live="polite">
      {said}
    </p>
  );
}
