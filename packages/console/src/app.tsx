import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { BrowserRouter } from 'react-router';
import { Api } from './api/api.ts';
import { ProblemError } from './api/problem.ts';
import { PageRoutes } from './page-routes.tsx';
import { keepKey, keepTenant, keptKey, keptTenant } from './session/kept-key.ts';
import type { Me } from './session/me.ts';
import { SessionProvider } from './session/session-context.tsx';
import { SignIn } from './session/sign-in.tsx';
import { NoticesProvider } from './shell/notices.tsx';

const retries = 2;

interface SignedIn {
  readonly me: Me;
  readonly with: string;
}

/** The console: whoever is not signed in is asked to, everything else needs a key. */
export function App() {
  const [signedIn, setSignedIn] = useState<SignedIn | null>(null);
  const [looking, setLooking] = useState(() => keptKey() !== null);
  const [tenant, setTenant] = useState(keptTenant);
  const [reason, setReason] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what one key was told is forgotten with it
  const queries = useMemo(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: {
            staleTime: 2_000,
            retry: (count, error) => count < retries && !(error instanceof ProblemError && !error.problem.retryable),
          },
        },
      }),
    [signedIn?.me.id],
  );

  const chooseTenant = useCallback((chosen: string | null) => {
    keepTenant(chosen);
    setTenant(chosen);
  }, []);
  const leave = useCallback(
    (why: string | null) => {
      keepKey(null);
      chooseTenant(null);
      setSignedIn(null);
      setReason(why);
    },
    [chooseTenant],
  );
  const signOut = useCallback(() => leave(null), [leave]);
  const onEnded = useCallback(() => leave('The key is no longer taken: it was revoked, or has expired.'), [leave]);

  useEffect(() => {
    const kept = keptKey();
    if (kept === null) return;
    new Api(kept, null, false)
      .ask<Me>('/v1/me')
      .then((me) => setSignedIn({ me, with: kept }))
      .catch(() => keepKey(null))
      .finally(() => setLooking(false));
  }, []);

  if (looking) return <p className="loading">Loading …</p>;
  if (signedIn === null)
    return (
      <SignIn
        reason={reason}
        onSignedIn={(me, key) => {
          setReason(null);
          setSignedIn({ me, with: key });
        }}
      />
    );
  return (
    <QueryClientProvider client={queries}>
      <SessionProvider
        me={signedIn.me}
        signedInWith={signedIn.with}
        tenant={tenant}
        chooseTenant={chooseTenant}
        signOut={signOut}
        onEnded={onEnded}
      >
        <NoticesProvider>
          <BrowserRouter basename="/console">
            <PageRoutes />
          </BrowserRouter>
        </NoticesProvider>
      </SessionProvider>
    </QueryClientProvider>
  );
}
