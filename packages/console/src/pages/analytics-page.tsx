import type { AnalyticsResult, Usage } from '@patchbay/contracts';
import { useState } from 'react';
import { Link } from 'react-router';
import { useGet } from '../api/use-get.tsx';
import { LineChart } from '../charts/line-chart.tsx';
import { Choice } from '../components/choice.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { milliseconds } from '../components/milliseconds.ts';
import { Page } from '../components/page.tsx';
import { TextField } from '../components/text-field.tsx';
import { Tiles } from '../components/tiles.tsx';

const spans = [
  ['3600000', 'the last hour'],
  ['86400000', 'the last day'],
  ['604800000', 'the last week'],
  ['2592000000', 'the last 30 days'],
] as const;
const sorts = [
  ['calls', 'most called'],
  ['slowest', 'slowest'],
  ['failed', 'most failed'],
  ['refused', 'most refused'],
  ['tokens', 'most tokens'],
  ['cost', 'most cost'],
] as const;
/** Groups by time are this many. */
const parts = 60;

/** How calls went over time: usage, latency and errors by what they are grouped by. */
export function AnalyticsPage() {
  const [span, setSpan] = useState('86400000');
  const [group, setGroup] = useState('tool');
  const [sort, setSort] = useState('calls');
  const [tool, setTool] = useState('');
  const [now, setNow] = useState(Date.now);
  const window_ = { from: new Date(now - Number(span)).toISOString(), to: new Date(now).toISOString(), tool };
  const overTime = useGet<AnalyticsResult>('/v1/analytics', {
    ...window_,
    group_by: 'time',
    bucket_ms: Number(span) / parts,
  });
  const grouped = useGet<AnalyticsResult>('/v1/analytics', { ...window_, group_by: group, sort });
  const cost = ({ cost: value }: Usage, currency: string | null) =>
    value === null ? '–' : `${value.toFixed(4)} ${currency ?? ''}`;
  return (
    <Page
      title="Analytics"
      about="From the audit log’s projection. Tokens and cost are estimates of what models read of the answers."
      actions={
        <button type="button" onClick={() => setNow(Date.now())}>
          Load anew
        </button>
      }
    >
      <div className="filters">
        <Choice
          label="When"
          value={span}
          onChange={(value) => {
            setSpan(value);
            setNow(Date.now());
          }}
          options={spans}
        />
        <Choice label="By" value={group} onChange={setGroup} options={['tool', 'session', 'error']} />
        <Choice label="First" value={sort} onChange={setSort} options={sorts} />
        <TextField label="Tool" type="search" value={tool} onChange={setTool} placeholder="all" />
      </div>
      <Loaded asked={overTime}>
        {({ totals, groups, bucket_ms, currency }) => {
          const at = groups.map(({ key }) => Date.parse(key) / 1_000);
          return (
            <>
              <Tiles
                of={[
                  ['Calls', totals.calls.toLocaleString('en')],
                  ['Succeeded', totals.calls === 0 ? '–' : `${((100 * totals.succeeded) / totals.calls).toFixed(1)} %`],
                  ['Median', milliseconds(totals.p50_ms)],
                  ['95 of 100 within', milliseconds(totals.p95_ms)],
                  ['Tokens', Math.round(totals.tokens).toLocaleString('en')],
                  ['Cost', cost(totals, currency)],
                ]}
              />
              {totals.calls > 0 && (
                <div className="columns">
                  <LineChart
                    title="Calls"
                    summary={`${totals.calls} calls, ${totals.failed} failed and ${totals.refused} refused, in parts of ${Math.round((bucket_ms ?? 0) / 60_000)} minutes.`}
                    at={at}
                    lines={[
                      { label: 'calls', unit: 'in each part', values: groups.map(({ calls }) => calls) },
                      {
                        label: 'failed or refused',
                        unit: 'in each part',
                        values: groups.map((one) => one.failed + one.refused),
                      },
                    ]}
                    bars
                  />
                  <LineChart
                    title="Latency"
                    summary={`Median ${milliseconds(totals.p50_ms)}, 95 of 100 within ${milliseconds(totals.p95_ms)}.`}
                    at={at}
                    lines={[
                      { label: 'p50', unit: 'ms', values: groups.map(({ p50_ms }) => p50_ms) },
                      { label: 'p95', unit: 'ms', values: groups.map(({ p95_ms }) => p95_ms) },
                    ]}
                  />
                </div>
              )}
            </>
          );
        }}
      </Loaded>
      <Loaded asked={grouped}>
        {({ groups, currency, more }) =>
          groups.length === 0 ? (
            <Empty title="Nothing ran" next="Choose a longer time, or take the tool away." />
          ) : (
            <>
              <DataTable
                caption={`Usage by ${group}`}
                keyOf={({ key }) => key}
                rows={groups}
                columns={[
                  {
                    head: group === 'error' ? 'Error' : group === 'session' ? 'Session' : 'Tool',
                    cell: ({ key }) =>
                      group === 'tool' ? <Link to={`/tools/${key}`}>{key}</Link> : <code>{key || 'none'}</code>,
                  },
                  { head: 'Calls', number: true, cell: ({ calls }) => calls.toLocaleString('en') },
                  { head: 'Failed', number: true, cell: ({ failed }) => failed.toLocaleString('en') },
                  { head: 'Refused', number: true, cell: ({ refused }) => refused.toLocaleString('en') },
                  { head: 'Median', number: true, cell: ({ p50_ms }) => milliseconds(p50_ms) },
                  { head: '95 of 100', number: true, cell: ({ p95_ms }) => milliseconds(p95_ms) },
                  { head: 'Tokens', number: true, cell: ({ tokens }) => Math.round(tokens).toLocaleString('en') },
                  { head: 'Cost', number: true, cell: (one) => cost(one, currency) },
                ]}
              />
              {more && <p className="muted">There are more groups than are shown.</p>}
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
