import type { LiveEvent, LiveTopic } from '@patchbay/contracts';
import { useEffect, useEffectEvent, useState } from 'react';
import { useSession } from '../session/session-context.tsx';
import { type LiveState, openLiveSocket } from './live-socket.ts';

interface Given {
  readonly topics: readonly LiveTopic[];
  readonly onEvents: (topic: LiveTopic, events: readonly LiveEvent[]) => void;
  readonly onGap: (topic: LiveTopic) => void;
}

/** Follows topics of the tenant as long as the page shows it. `topics` is one and the same list each time. */
export function useLive({ topics, onEvents, onGap }: Given): LiveState {
  const { api, platform } = useSession();
  const [state, setState] = useState<LiveState>('connecting');
  const events = useEffectEvent(onEvents);
  const gap = useEffectEvent(onGap);
  useEffect(() => {
    if (api.tenant === null) return;
    const url = new URL('/v1/live', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return api.withKey((key) =>
      openLiveSocket({
        url: url.href,
        key,
        tenant: platform ? api.tenant : null,
        topics,
        onEvents: (topic, come) => events(topic, come),
        onGap: (topic) => gap(topic),
        onState: setState,
      }),
    );
  }, [api, platform, topics]);
  return state;
}
