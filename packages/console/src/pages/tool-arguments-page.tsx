import { Link, useOutletContext } from 'react-router';
import { CodeBlock } from '../components/code-block.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Facts } from '../components/facts.tsx';
import type { FieldSchema } from '../forms/arguments-of.ts';
import type { DescribedTool } from './described-tool.ts';

/** What a tool takes and gives. */
export function ToolArgumentsPage() {
  const tool = useOutletContext<DescribedTool>();
  const { properties = {}, required = [] } = tool.input_schema;
  const { latency } = tool;
  return (
    <div className="stack">
      <section className="card">
        <h2>Facts</h2>
        <Facts
          of={{
            Name: <code>{tool.name}</code>,
            Integration: `${tool.integration} ${tool.version}`,
            Category: tool.category.replaceAll('_', ' '),
            Confirmation: tool.confirm,
            'Asked first': tool.confirm_prompt,
            'A repeat': tool.idempotent ? 'is harmless' : 'may act twice without an idempotency key',
            Latency:
              latency === undefined
                ? null
                : `half of calls within ${latency.p50_ms ?? '–'} ms, 95 of 100 within ${latency.p95_ms ?? '–'} ms (${latency.source})`,
            'Said meanwhile': tool.speech?.['waiting'],
          }}
        />
      </section>
      <section className="stack">
        <h2>Arguments</h2>
        {Object.keys(properties).length === 0 ? (
          <p className="muted">It takes none.</p>
        ) : (
          <DataTable
            caption={`Arguments of ${tool.name}`}
            keyOf={([name]) => name}
            rows={Object.entries(properties)}
            columns={[
              { head: 'Name', cell: ([name]) => <code>{name}</code> },
              { head: 'Type', cell: ([, schema]) => typeText(schema) },
              { head: 'Needed', cell: ([name]) => (required.includes(name) ? 'required' : 'optional') },
              { head: 'Meaning', cell: ([, schema]) => schema.description ?? '–' },
            ]}
          />
        )}
      </section>
      {(tool.examples?.length ?? 0) > 0 && (
        <section className="stack">
          <h2>Examples</h2>
          <div className="columns">
            {tool.examples?.map((example, index) => (
              <CodeBlock key={JSON.stringify(example)} title={`Example ${index + 1}`} value={example} wrap />
            ))}
          </div>
        </section>
      )}
      <p>
        <Link className="button" data-kind="main" to={`/tools/${tool.name}/playground`}>
          Try it in the playground
        </Link>
      </p>
    </div>
  );
}

function typeText({ type, enum: choices, items, format }: FieldSchema): string {
  if (choices !== undefined) return choices.map(String).join(', ');
  const word = typeof type === 'string' ? type : (type ?? ['anything']).join(' or ');
  if (word === 'array' && items !== undefined) return `list of ${typeText(items)}`;
  return format === undefined ? word : `${word} (${format})`;
}
