import type { ListUnknownResult } from '@patchbay/contracts';
import { Link } from 'react-router';
import { useGet } from '../api/use-get.tsx';
import { DataTable } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { Page } from '../components/page.tsx';

/** Executions of which nobody knows whether they had their effect: somebody has to look at the service itself. */
export function UnknownExecutionsPage() {
  const asked = useGet<ListUnknownResult>('/v1/executions/unknown');
  return (
    <Page
      title="Unknown outcomes"
      crumb={<Link to="/executions">Executions</Link>}
      about="Of the last seven days. Look at the service itself whether they had their effect; none is repeated by itself."
    >
      <Loaded asked={asked}>
        {({ executions }) =>
          executions.length === 0 ? (
            <Empty title="None" next="Of every execution it is known what it came to." />
          ) : (
            <DataTable
              caption="Executions of unknown outcome"
              keyOf={(one) => one.execution_id}
              rows={executions}
              columns={[
                {
                  head: 'Execution',
                  cell: (one) => <Link to={`/executions/${one.execution_id}`}>{one.execution_id}</Link>,
                },
                { head: 'Tool', cell: (one) => one.tool ?? '–' },
                { head: 'When', cell: (one) => <Moment at={one.time} /> },
                {
                  head: 'Why',
                  cell: ({ why }) => (why === 'no_outcome' ? 'its executor was lost' : 'the answer did not come'),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  );
}
