import type { ToolsetView } from '@patchbay/contracts';
import { useState } from 'react';
import { Link } from 'react-router';
import { usePages, useSend } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { ConfirmButton } from '../components/confirm-button.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { IssueList } from '../components/issue-list.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Page } from '../components/page.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { useSession } from '../session/session-context.tsx';
import { type EditedToolset, ToolsetForm } from './toolset-form.tsx';

const path = '/v1/toolsets';

/** Named choices of tools, each for one kind of agent. */
export function ToolsetsPage() {
  const { may, tenant } = useSession();
  const [edited, setEdited] = useState<EditedToolset | null>(null);
  const asked = usePages<ToolsetView>(path, { limit: 100 });
  const remove = useSend<string, unknown>({
    path: (name) => `${path}/${name}`,
    ask: () => ({ method: 'DELETE' }),
    stale: [path],
    said: (name) => `Toolset ${name} is removed.`,
  });
  const own = tenant ?? '_platform';
  const add = (
    <button
      type="button"
      data-kind="main"
      onClick={() => setEdited({ name: '', title: '', tools: '', loading: '', known: false })}
    >
      Make a toolset
    </button>
  );
  return (
    <Page
      title="Toolsets"
      about="What one kind of agent is shown. A toolset narrows what is found, not what may be called."
      actions={may('toolsets:write') && add}
    >
      {remove.problem !== null && <ProblemNote problem={remove.problem} />}
      {edited !== null && <ToolsetForm key={edited.name} edited={edited} onDone={() => setEdited(null)} />}
      <Loaded asked={asked}>
        {() =>
          asked.items.length === 0 ? (
            <Empty title="No toolsets" next="Agents see every tool. A toolset keeps a model’s context small.">
              {may('toolsets:write') && edited === null && add}
            </Empty>
          ) : (
            <DataTable
              caption="Toolsets"
              keyOf={({ scope, name }) => `${scope} ${name}`}
              rows={asked.items}
              columns={[
                {
                  head: 'Toolset',
                  cell: ({ name, title }) => (
                    <>
                      {title}
                      <br />
                      <code>{name}</code>
                    </>
                  ),
                },
                { head: 'Of', cell: ({ scope }) => (scope === '_platform' ? 'everybody' : scope) },
                {
                  head: 'Tools',
                  cell: ({ resolved, missing, warnings }) => (
                    <details>
                      <summary>
                        {resolved.length} tools
                        {missing.length > 0 && (
                          <>
                            , <Badge word={`${missing.length} missing`} tone="warn" />
                          </>
                        )}
                      </summary>
                      <ul>
                        {resolved.map((tool) => (
                          <li key={tool}>
                            <Link to={`/tools/${tool}`}>{tool}</Link>
                          </li>
                        ))}
                        {missing.map((tool) => (
                          <li key={tool}>
                            <code>{tool}</code> stands for no tool
                          </li>
                        ))}
                      </ul>
                      {warnings.length > 0 && <IssueList issues={warnings} />}
                    </details>
                  ),
                },
                { head: 'Tokens', number: true, cell: ({ tokens }) => `about ${tokens.toLocaleString('en')}` },
                {
                  head: 'Change',
                  cell: ({ scope, name, title, tools, loading }) =>
                    may('toolsets:write') &&
                    scope === own && (
                      <span className="row">
                        <button
                          type="button"
                          onClick={() =>
                            setEdited({ name, title, tools: tools.join('\n'), loading: loading ?? '', known: true })
                          }
                        >
                          Edit<span className="hidden-visually"> {name}</span>
                        </button>
                        <ConfirmButton
                          label="Remove"
                          about={name}
                          title={`Remove ${name}?`}
                          onConfirm={() => remove.send(name)}
                        >
                          <p>Agents that name it are refused until they name another. The tools stay.</p>
                        </ConfirmButton>
                      </span>
                    ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  );
}
