import type { ShowPolicyResult } from '@patchbay/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { ProblemError } from '../api/problem.ts';
import { Loaded } from '../components/loaded.tsx';
import { Moment } from '../components/moment.tsx';
import { Page } from '../components/page.tsx';
import { useSession } from '../session/session-context.tsx';
import { DecideForm } from './decide-form.tsx';
import { PolicyEditor } from './policy-editor.tsx';

/** One document of policies: its text, its tests, and what they say of calls. One that is not there is begun here. */
export function PolicyPage() {
  const { name = '' } = useParams();
  const { api, tenant } = useSession();
  const path = `/v1/policies/${encodeURIComponent(name)}`;
  const asked = useQuery({
    queryKey: [api.tenant, path],
    queryFn: async ({ signal }): Promise<ShowPolicyResult | 'new'> => {
      try {
        return await api.ask<ShowPolicyResult>(path, { signal });
      } catch (error) {
        if (error instanceof ProblemError && error.problem.status === 404) return 'new';
        throw error;
      }
    },
  });
  return (
    <Page
      title={name}
      crumb={<Link to="/policies">Policies</Link>}
      about="Cedar. What is saved is in force at once for every executor; what is not valid, or whose tests fail, is not taken."
    >
      <Loaded asked={asked}>
        {(shown) => (
          <>
            <PolicyEditor
              key={shown === 'new' ? 0 : shown.document.version}
              name={name}
              shown={shown === 'new' ? null : shown}
            />
            {shown !== 'new' && shown.versions.length > 0 && (
              <section className="card">
                <h2>Versions</h2>
                <ul>
                  {shown.versions.map(({ version, updated_at, updated_by }) => (
                    <li key={version}>
                      Version {version}, <Moment at={updated_at} />, by {updated_by}
                    </li>
                  ))}
                </ul>
              </section>
            )}
            {tenant !== null && <DecideForm draft={null} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}
