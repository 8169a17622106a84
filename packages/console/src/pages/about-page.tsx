import { Facts } from '../components/facts.tsx';
import { Page } from '../components/page.tsx';
import { useSession } from '../session/session-context.tsx';

/** Who is in, and where to read on. */
export function AboutPage() {
  const { me, platform, tenant } = useSession();
  return (
    <Page title="About" about="Patchbay is a tool registry and execution fabric for voice agents.">
      <section className="card">
        <h2>This key</h2>
        <Facts
          of={{
            Key: <code>{me.id}</code>,
            Of: platform ? 'the platform' : me.tenant,
            'Acts for': tenant ?? 'the platform',
            Role: me.role,
            Agent: me.agent,
            'May do': (
              <span className="row">
                {me.scopes.map((scope) => (
                  <code key={scope}>{scope}</code>
                ))}
              </span>
            ),
          }}
        />
      </section>
      <section className="card stack">
        <h2>Read on</h2>
        <ul>
          <li>
            <a href="/reference">Every route of the API</a>, and the same <a href="/openapi.json">as OpenAPI 3.1</a>
          </li>
        </ul>
        <p className="muted">
          The key is held in memory, and sent in the header <code>Authorization</code> of requests to this gateway
          alone. Press <kbd>?</kbd> for keyboard shortcuts.
        </p>
      </section>
    </Page>
  );
}
