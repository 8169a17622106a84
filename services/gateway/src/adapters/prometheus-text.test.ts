import { type ExecutorStats, LatencyHistogram } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { RequestCounts } from '../domain/request-counts.ts';
import { executorMetrics, gatewayMetrics } from './metrics-export.ts';
import { prometheusText } from './prometheus-text.ts';

const durations = new LatencyHistogram();
for (const ms of [3, 30, 31, 200_000]) durations.record(ms);
const stats: ExecutorStats = {
  instance: 'executor-"1"\n',
  uptime_ms: 1_000,
  in_flight: 2,
  executions: [
    {
      tool: 'slack_post_message',
      tenant_class: 'all',
      status: 'failed',
      error_code: 'upstream_error',
      durations: durations.snapshot(),
    },
  ],
  attempts: [],
  limiter: { admitted: 5, delayed: 1, local: 0 },
  replays: 7,
  circuits: [
    { host: 'a.example', tenant: null, state: 'open' },
    { host: 'b.example', tenant: 'acme', state: 'open' },
  ],
};

test('metrics of executors are Prometheus’ text, with cumulative buckets and escaped labels', () => {
  const text = prometheusText(executorMetrics([stats], 5_000));
  const labels =
    'patchbay_executor="executor-\\"1\\"\\n",gen_ai_tool_name="slack_post_message",patchbay_tenant_class="all",patchbay_execution_status="failed",error_type="upstream_error"';
  const lines = text.split('\n');
  expect(lines).toContain('# TYPE patchbay_execution_duration_seconds histogram');
  expect(lines).toContain(`patchbay_execution_duration_seconds_bucket{${labels},le="0.005"} 1`);
  expect(lines).toContain(`patchbay_execution_duration_seconds_bucket{${labels},le="0.05"} 3`);
  expect(lines).toContain(`patchbay_execution_duration_seconds_bucket{${labels},le="120"} 3`);
  expect(lines).toContain(`patchbay_execution_duration_seconds_bucket{${labels},le="+Inf"} 4`);
  expect(lines).toContain(`patchbay_execution_duration_seconds_count{${labels}} 4`);
  expect(lines).toContain(`patchbay_execution_duration_seconds_sum{${labels}} 200.064`);
  expect(lines).toContain('patchbay_execution_active{patchbay_executor="executor-\\"1\\"\\n"} 2');
  expect(text).toContain(
    'patchbay_limiter_decisions_total{patchbay_executor="executor-\\"1\\"\\n",patchbay_limiter_decision="admitted"} 5',
  );
  expect(text).toMatch(/patchbay_circuits\{.*patchbay_circuit_state="open",patchbay_circuit_of="tenant"\} 1/);
  // A tenant's name is no label: there is no end of them.
  expect(text).not.toContain('acme');
  expect(text.endsWith('\n')).toBe(true);
  for (const line of lines.filter(Boolean)) expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{.+\})? [\d.]+)$/);
});

test('a gateway counts what it answered by route and kind of answer', () => {
  const counts = new RequestCounts(0);
  for (const status of [200, 201, 404]) counts.count({ route: 'listTools', status, ms: 4 });
  const lines = prometheusText(gatewayMetrics(counts, 3)).split('\n');
  const name = 'patchbay_gateway_request_duration_seconds_count';
  expect(lines).toContain(`${name}{patchbay_gateway_route="listTools",patchbay_gateway_outcome="2xx"} 2`);
  expect(lines).toContain(`${name}{patchbay_gateway_route="listTools",patchbay_gateway_outcome="4xx"} 1`);
  expect(lines).toContain('patchbay_gateway_sessions 3');
});
