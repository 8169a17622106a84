import { Link, Outlet, useParams } from 'react-router';
import { useGet } from '../api/use-get.tsx';
import { Badge } from '../components/badge.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Page } from '../components/page.tsx';
import { Tabs } from '../components/tabs.tsx';
import type { DescribedTool } from './described-tool.ts';

/** One tool: what it is, its versions, and a place to try it. */
export function ToolPage() {
  const { name = '' } = useParams();
  const asked = useGet<DescribedTool>(`/v1/tools/${encodeURIComponent(name)}`);
  return (
    <Page
      title={asked.data?.title ?? name}
      crumb={<Link to="/tools">Tools</Link>}
      about={asked.data?.description}
      actions={asked.data !== undefined && <Badge word={asked.data.risk} />}
    >
      <Loaded asked={asked}>
        {(tool) => (
          <div>
            <Tabs
              label="About this tool"
              of={[
                [`/tools/${name}`, 'Arguments'],
                [`/tools/${name}/versions`, 'Versions'],
                [`/tools/${name}/playground`, 'Playground'],
              ]}
            />
            {tool.deprecated !== undefined && (
              <p className="note" data-tone="warn">
                Should be used no more: {tool.deprecated.message}
                {tool.deprecated.sunset !== undefined && ` It may be retired after ${tool.deprecated.sunset}.`}
              </p>
            )}
            <Outlet context={tool} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}
