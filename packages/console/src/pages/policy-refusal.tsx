import { Link } from 'react-router';
import { useGet } from '../api/use-get.tsx';
import { Loaded } from '../components/loaded.tsx';

/** `GET /v1/executions/{execution}/policies` */
interface Explanation {
  readonly policies: readonly { readonly policy: string; readonly version: number }[];
}

/** Codes of calls that policies stopped. */
const stopped = new Set(['not_permitted', 'confirmation_required', 'approval_required', 'policy_unavailable']);

/** Which policies stopped an execution, if any did. */
export function PolicyRefusal({ execution, code }: { readonly execution: string; readonly code: string | undefined }) {
  const concerns = code !== undefined && stopped.has(code);
  const asked = useGet<Explanation>(concerns ? `/v1/executions/${execution}/policies` : null);
  if (!concerns) return null;
  return (
    <section className="card">
      <h2>Why it was stopped</h2>
      <Loaded asked={asked}>
        {({ policies }) => (
          <ul>
            {policies.length === 0 && <li>No policy permits it.</li>}
            {policies.map(({ policy, version }) => (
              <li key={policy}>
                <Link to={`/policies/${policy.split('.')[0]}`}>{policy}</Link>
                {version > 0 && `, version ${version}`}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}
