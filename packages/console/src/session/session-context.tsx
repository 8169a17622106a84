import type { AccessScope } from '@patchbay/contracts';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { Api } from '../api/api.ts';
import { type Me, ofPlatform } from './me.ts';

export interface Session {
  readonly me: Me;
  readonly api: Api;
  readonly platform: boolean;
  /** The tenant acted for; null: the platform itself. */
  readonly tenant: string | null;
  readonly chooseTenant: (tenant: string | null) => void;
  readonly signOut: () => void;
  readonly may: (scope: AccessScope) => boolean;
}

const SessionContext = createContext<Session | null>(null);

/** @throws outside of a session, which is a defect. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('no session');
  return session;
}

interface Given {
  readonly me: Me;
  readonly signedInWith: string;
  readonly tenant: string | null;
  readonly chooseTenant: (tenant: string | null) => void;
  readonly signOut: () => void;
  readonly onEnded: () => void;
  readonly children: ReactNode;
}

export function SessionProvider({ me, signedInWith, tenant, chooseTenant, signOut, onEnded, children }: Given) {
  const platform = ofPlatform(me);
  const session = useMemo<Session>(() => {
    const acting = platform ? tenant : me.tenant;
    return {
      me,
      api: new Api(signedInWith, acting, platform, onEnded),
      platform,
      tenant: acting,
      chooseTenant,
      signOut,
      may: (scope) => me.scopes.includes(scope),
    };
  }, [me, platform, tenant, signedInWith, chooseTenant, signOut, onEnded]);
  return <SessionContext value={session}>{children}</SessionContext>;
}
