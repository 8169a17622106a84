import { Badge } from '../components/badge.tsx';
import { milliseconds } from '../components/milliseconds.ts';
import type { HeldBack } from './overview.ts';

const watched: Readonly<Record<string, string>> = {
  connections: 'it could not be reached',
  answers: 'it answered with errors',
  credential: 'it refused the credential',
};

/** Services that calls are held back from, since they failed too often of late. */
export function Breakers({ circuits }: { readonly circuits: readonly HeldBack[] | null }) {
  return (
    <section className="card">
      <h2>Breakers</h2>
      {circuits === null ? (
        <p className="muted">No executor answered. See that one runs.</p>
      ) : circuits.length === 0 ? (
        <p className="muted">All are closed: no service is held back.</p>
      ) : (
        <ul className="bars">
          {circuits.map(({ host, tenant, watches, state, retry_after_ms, executor }) => (
            <li key={`${executor} ${host} ${tenant} ${watches}`}>
              <div className="row">
                <code>{host}</code> <Badge word={state} />
              </div>
              <span className="muted">
                {watched[watches]}; tried again in {milliseconds(retry_after_ms)} ({executor})
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
